"""The key file: what secrets in the database are encrypted under. It lies beside the database's home, never in it.

AES-256-GCM. A sealed secret is ``v1.<key>.<base64 of nonce and ciphertext>``, where ``<key>`` names the key by the beginning of
its hash. It is bound to what it is a secret of: put into another row it does not open. The file holds a key a line, in base64;
the first one seals, each of them opens, so that a new key is put on top and the old one stays below.
"""

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from bide.core.entropy import Entropy
from bide.core.errors import SettingError
from bide.core.identifiers import new_tag
from bide.store import private
from bide.store.objects import sync_folder

FILE = "secrets.key"

KEY_BYTES, NONCE_BYTES = 32, 12

OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Keyfile:
    """The keys of a file."""

    def __init__(self, path: Path, keys: Mapping[str, bytes]) -> None:
        self.path = path
        self._keys = keys

    @property
    def name(self) -> str:
        """Which key seals."""
        return next(iter(self._keys))

    def __contains__(self, name: object) -> bool:
        return name in self._keys

    def __repr__(self) -> str:
        return f"Keyfile({self.path})"

    def seal(self, secret: str, about: str, entropy: Entropy) -> str:
        """Encrypt a secret of `about`."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = entropy.random_bytes(NONCE_BYTES)
        text = AESGCM(self._keys[self.name]).encrypt(nonce, secret.encode(), about.encode())
        return f"v1.{self.name}.{base64.b64encode(nonce + text).decode()}"

    def unseal(self, sealed: str, about: str) -> str:
        """What `seal` was given.

        Raises:
            SettingError: it was sealed under a key that is not in the file, or is not what was sealed.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        version, name, text = (*sealed.split("."), "", "")[:3]
        if version != "v1" or name not in self._keys:
            raise SettingError(
                f"a secret in the database was encrypted under another key than those of {self.path}; copy the file that has"
                " it from the machine that wrote the secret"
            )
        data = base64.b64decode(text)
        try:
            return AESGCM(self._keys[name]).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], about.encode()).decode()
        except InvalidTag as error:
            raise SettingError(
                "a secret in the database is not what was written there; make a new one with `bide webhooks rotate`"
            ) from error


def open_keyfile(path: Path, entropy: Entropy) -> Keyfile:
    """Read the key file; make it where there is none. Of several processes that make it at a time one does.

    Raises:
        SettingError: it cannot be read or made, others than its owner may read it, or there is no key in it.
    """
    try:
        if not path.exists():
            _make(path, entropy)
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"the key file {path} cannot be read: {error}") from error
    if mode & OPEN_TO_OTHERS:
        raise SettingError(f"others may read the key file {path}; run: chmod 600 {path}")
    keys: dict[str, bytes] = {}
    for line in text.split():
        try:
            key = base64.b64decode(line, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise SettingError(f"the key file {path} has a line that is no key: {KEY_BYTES} bytes in base64")
        keys[hashlib.sha256(b"bide key " + key).hexdigest()[:12]] = key
    if not keys:
        raise SettingError(
            f"the key file {path} is empty; bring back its copy, what is encrypted cannot be read without it"
        )
    return Keyfile(path, keys)


def _make(path: Path, entropy: Entropy) -> None:
    """A new key under the file's name, unless somebody was first: never half of one, never another than is used."""
    private.make_folder(path.parent)
    part = path.with_name(f".{path.name}.{new_tag(entropy)}")
    try:
        with private.create(part) as file:
            file.write(base64.b64encode(entropy.random_bytes(KEY_BYTES)) + b"\n")
            os.fsync(file.fileno())
        os.link(part, path)  # unlike a rename, it fails where the name is taken
        sync_folder(path.parent)
    except FileExistsError:
        return
    finally:
        part.unlink(missing_ok=True)
