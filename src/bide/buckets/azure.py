"""Containers of Azure Blob Storage: credentials and endpoint from the environment, as Azure's own tools find them."""

import shutil
from typing import Any, cast

from obstore.store import AzureStore

from bide.buckets.connection import RETRIES, Environment, chosen, waits
from bide.buckets.uri import Location

AZURE_CREDENTIALS = (
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_SAS_KEY",
    "AZURE_STORAGE_TOKEN",
    "AZURE_STORAGE_CLIENT_SECRET",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_MSI_ENDPOINT",
    "AZURE_IDENTITY_ENDPOINT",
    "AZURE_USE_AZURE_CLI",
    "AZURE_SKIP_SIGNATURE",
)
AZURE = (
    *AZURE_CREDENTIALS,
    "AZURE_STORAGE_CLIENT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_STORAGE_TENANT_ID",
    "AZURE_TENANT_ID",
    "AZURE_STORAGE_AUTHORITY_HOST",
    "AZURE_AUTHORITY_HOST",
    "AZURE_STORAGE_ENDPOINT",
    "AZURE_ENDPOINT",
)


def open_azure(location: Location, environment: Environment) -> AzureStore:
    """A container."""
    config = chosen(AZURE, environment)
    if key := environment.get("AZURE_STORAGE_KEY"):  # as the az command calls it
        config.setdefault("azure_storage_account_key", key)
    config |= _connection_string(environment.get("AZURE_STORAGE_CONNECTION_STRING", ""), location.account)
    config["azure_storage_account_name"] = location.account
    if location.host:
        config.setdefault("azure_storage_endpoint", f"https://{location.account}.{location.host}")
    has_credentials = any(name.lower() in config for name in AZURE_CREDENTIALS)
    if not has_credentials and shutil.which("az", path=environment.get("PATH")):
        config["azure_use_azure_cli"] = "true"
    return AzureStore(
        location.bucket,
        config=cast(Any, config),
        client_options=waits(config.get("azure_storage_endpoint") or config.get("azure_endpoint", "")),
        retry_config=RETRIES,
    )


def _connection_string(text: str, account: str) -> dict[str, str]:
    """What a connection string says about this account."""
    parts = {name: value for name, _, value in (part.partition("=") for part in text.split(";"))}
    if parts.get("AccountName", account) != account:
        return {}
    known = {
        "AccountKey": "azure_storage_account_key",
        "SharedAccessSignature": "azure_storage_sas_token",
        "BlobEndpoint": "azure_storage_endpoint",
    }
    return {ours: parts[name] for name, ours in known.items() if parts.get(name)}
