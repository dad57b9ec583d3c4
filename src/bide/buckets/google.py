"""Buckets of Google Cloud Storage: credentials and endpoint from the environment, as Google's own tools find them."""

from typing import Any, cast

from obstore.store import GCSStore

from bide.buckets.connection import RETRIES, Environment, chosen, waits

GOOGLE = (
    "GOOGLE_SERVICE_ACCOUNT",
    "GOOGLE_SERVICE_ACCOUNT_PATH",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_BEARER_TOKEN",
    "GOOGLE_SKIP_SIGNATURE",
    "GOOGLE_BASE_URL",
)


def open_gcs(bucket: str, environment: Environment) -> GCSStore:
    """A bucket."""
    config = chosen(GOOGLE, environment)
    if emulator := environment.get("STORAGE_EMULATOR_HOST"):
        config["google_base_url"] = emulator if "://" in emulator else f"http://{emulator}"
        config.setdefault("google_bearer_token", "emulator")  # else it would ask the metadata service for one
    return GCSStore(
        bucket,
        config=cast(Any, config),
        client_options=waits(config.get("google_base_url", "")),
        retry_config=RETRIES,
    )
