"""The secrets that webhooks are signed with: made, sealed under the key file, opened where something is signed."""

from pathlib import Path

from bide.core.clock import Clock
from bide.core.entropy import Entropy
from bide.core.errors import SettingError
from bide.core.identifiers import new_identifier
from bide.core.signature import new_secret
from bide.store.endpoints import Endpoint, NewEndpoint
from bide.store.keyfile import Keyfile, open_keyfile
from bide.store.store import Store

KEY_NAME = "secrets_key"
"""Under which the store remembers which key its secrets are sealed with, so that no machine starts another key file unnoticed."""


class Vault:
    """Endpoints with their secrets. The key file is opened when the first secret is needed, and made if it is the first of all."""

    def __init__(self, store: Store, path: Path, clock: Clock, entropy: Entropy) -> None:
        self._store = store
        self._path = path
        self._clock = clock
        self._entropy = entropy
        self._keyfile: Keyfile | None = None

    async def keyfile(self) -> Keyfile:
        """The key file.

        Raises:
            SettingError: it cannot be used, or is another than the one that this database's secrets are sealed with.
        """
        if self._keyfile is None:
            agreed = await self._store.agreed(KEY_NAME)
            if agreed is not None and not self._path.exists():
                raise SettingError(f"there is no key file {self._path}; {_COPY}")
            found = open_keyfile(self._path, self._entropy)
            if agreed is None:
                agreed = await self._store.agree(KEY_NAME, found.name)
            if agreed not in found:
                raise SettingError(f"the key file {self._path} has not the key of this database; {_COPY}")
            self._keyfile = found
        return self._keyfile

    async def endpoint(self, owner: str, url: str) -> Endpoint:
        """Somebody's endpoint with this address, made with a secret of its own where there is none.

        Raises:
            RefusedError: the owner has too many.
            SettingError: the key file cannot be used.
        """
        if (known := await self._store.endpoints.at(owner, url)) is not None:
            return known
        external_id = new_identifier("whe", self._entropy)
        sealed = await self._sealed(owner, external_id)
        return await self._store.endpoints.ensure(NewEndpoint(owner, external_id, url, sealed), self._clock.now())

    async def secrets(self, endpoint: Endpoint) -> list[str]:
        """What signs at this moment, the newest first. Raises `SettingError`."""
        keyfile = await self.keyfile()
        sealed = await self._store.endpoints.secrets(endpoint, self._clock.now())
        return [keyfile.unseal(one, _about(endpoint.owner, endpoint.external_id)) for one in sealed]

    async def rotate(self, endpoint: Endpoint, overlap: int) -> str:
        """A new secret, which signs from now on; the one before signs beside it for `overlap`."""
        secret = new_secret(self._entropy)
        keyfile = await self.keyfile()
        sealed = keyfile.seal(secret, _about(endpoint.owner, endpoint.external_id), self._entropy)
        now = self._clock.now()
        await self._store.endpoints.rotate(endpoint, sealed, now + overlap, now)
        return secret

    async def _sealed(self, owner: str, external_id: str) -> str:
        keyfile = await self.keyfile()
        return keyfile.seal(new_secret(self._entropy), _about(owner, external_id), self._entropy)


_COPY = "copy it from the machine that made the first webhook; without it `bide webhooks rotate` cannot help either"


def _about(owner: str, external_id: str) -> str:
    """What a sealed secret is bound to."""
    return f"webhook {external_id} of {owner}"
