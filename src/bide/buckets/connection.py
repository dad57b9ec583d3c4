"""What every connection to an object store has in common: how long it waits, how often it tries, what the environment says."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

Environment = Mapping[str, str]

CREDENTIALS = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
    "gs": "set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`",
    "az": "set AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN, or run `az login`",
    "file": "check the permissions of the file and its folder",
}
"""What to do where there are none, or the wrong ones."""

RETRIES: "RetryConfig" = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=60),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=5), "base": 2},
}
"""Somebody waits, or the engine tries again anyway; obstore's own three minutes are for those who do not."""

WAITS: "ClientConfig" = {
    "connect_timeout": timedelta(seconds=10),
    "read_timeout": timedelta(seconds=60),
    "timeout": timedelta(minutes=5),
}
"""No exchange is longer than a part, so five minutes are a very slow network."""


def chosen(names: tuple[str, ...], environment: Environment) -> dict[str, str]:
    """Some variables, as far as they are set, by the names that obstore knows them by."""
    return {name.lower(): environment[name] for name in names if environment.get(name)}


def waits(endpoint: str) -> "ClientConfig":
    """How long to wait, and whether without encryption."""
    # An emulator has no certificate; a cloud's own address is never plain.
    return {**WAITS, "allow_http": True} if endpoint.startswith("http://") else WAITS
