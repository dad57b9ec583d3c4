"""Who asks: AWS's credentials, and their signature (version 4) over each request, through botocore.

botocore is an extra and is loaded when the first request goes out. It knows every source of credentials: variables, profiles,
single sign-on, roles, the machine's own; and renews those that run out, in a thread.
"""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from bide.core.errors import SettingError
from bide.providers.failures import UnauthorisedError

SERVICE = "bedrock"
"""The name that both of Bedrock's hosts are signed for."""

REMEDY = "set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"

SIGNED = frozenset({"content-type", "accept"})
"""Headers that are signed beside those that have to be. Others may be changed on the way."""


class Signature:
    """Implements `bide.providers.setup.Authority`."""

    def __init__(self, region: str, credentials: Any = None) -> None:
        """`credentials` of botocore; those of the environment where there are none."""
        self._region = region
        self._credentials = credentials
        self._lock = asyncio.Lock()

    async def headers(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        async with self._lock:
            keys = await asyncio.to_thread(self._keys)
        sent = {name: value for name, value in headers.items() if name.lower() in SIGNED}
        request = import_module("botocore.awsrequest").AWSRequest(method=method, url=url, data=body, headers=sent)
        import_module("botocore.auth").SigV4Auth(keys, SERVICE, self._region).add_auth(request)
        return {name: value for name, value in request.headers.items() if name not in sent}

    def _keys(self) -> Any:
        """Keys that are good now."""
        errors = import_module("botocore.exceptions")
        try:
            if self._credentials is None:
                self._credentials = import_module("botocore.session").Session().get_credentials()
            keys = self._credentials and self._credentials.get_frozen_credentials()
        except (errors.BotoCoreError, errors.ClientError) as error:  # the second: a role that may not be taken on
            raise UnauthorisedError(f"no credentials for AWS could be fetched ({error}); {REMEDY}") from error
        if keys is None or not keys.access_key:
            raise UnauthorisedError(f"there are no credentials for AWS; {REMEDY}")
        return keys


def check_botocore(account: str) -> None:
    """See that the extra is installed. Raises `SettingError`."""
    if find_spec("botocore") is None:
        raise SettingError(
            f"the account {account} needs an extra for AWS's signatures: pip install 'bide[aws]'; or set"
            " AWS_BEARER_TOKEN_BEDROCK"
        )
