"""How a bucket is reached: hosts and credentials from the environment variables that the clouds' own tools read.

Nothing here asks the network. Where no credentials are found obstore asks the machine's metadata service, last of all.
"""

import configparser
import shutil
from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from obstore.store import AzureStore, GCSStore, LocalStore, ObjectStore, S3Store

from bide.buckets.port import UnauthorisedError
from bide.buckets.uri import Location

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

Environment = Mapping[str, str]

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

AWS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_SKIP_SIGNATURE",
    "AWS_REQUEST_PAYER",
    "AWS_SERVER_SIDE_ENCRYPTION",
    "AWS_SSE_KMS_KEY_ID",
)
AWS_SOURCES = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SKIP_SIGNATURE")
AWS_PROFILE = {
    "aws_access_key_id": "aws_access_key_id",
    "aws_secret_access_key": "aws_secret_access_key",
    "aws_session_token": "aws_session_token",
    "region": "aws_region",
    "endpoint_url": "aws_endpoint_url",
}
AWS_SIGN_IN = ("sso_session", "sso_start_url", "role_arn", "credential_process", "login_session")
"""Lines of a profile that say that its credentials have to be asked for first."""

GOOGLE = (
    "GOOGLE_SERVICE_ACCOUNT",
    "GOOGLE_SERVICE_ACCOUNT_PATH",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_BEARER_TOKEN",
    "GOOGLE_SKIP_SIGNATURE",
    "GOOGLE_BASE_URL",
)

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


def open_bucket(location: Location, environment: Environment) -> ObjectStore:
    """The store that holds an object. Raises `UnauthorisedError` for a profile that bide cannot sign in with."""
    match location.scheme:
        case "s3":
            return _s3(location.bucket, environment)
        case "gs":
            return _gcs(location.bucket, environment)
        case "az":
            return _azure(location, environment)
        case "file":
            return LocalStore("/")


def _s3(bucket: str, environment: Environment) -> S3Store:
    config = {**_profile(environment), **_named(AWS, environment)}
    provider = None
    if config.pop("sign_in", None):
        provider = _boto3_credentials(environment)
    endpoint = config.get("aws_endpoint_url_s3") or config.get("aws_endpoint_url") or ""
    return S3Store(
        bucket,
        config=cast(Any, config),
        client_options=_waits(endpoint),
        retry_config=RETRIES,
        credential_provider=provider,
    )


def _profile(environment: Environment) -> dict[str, str]:
    """What the profile in the AWS files says; its keys only where the environment has none."""
    home = Path(environment.get("HOME", "~")).expanduser() / ".aws"
    parser = configparser.RawConfigParser(default_section="\0")
    profile = environment.get("AWS_PROFILE") or "default"
    found: dict[str, str] = {}
    for variable, file, section in (
        ("AWS_CONFIG_FILE", "config", "default" if profile == "default" else f"profile {profile}"),
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials", profile),
    ):
        parser.clear()
        parser.read(Path(environment.get(variable) or home / file).expanduser(), "utf-8")
        if parser.has_section(section):
            found |= dict(parser.items(section))
    config = {ours: found[name] for name, ours in AWS_PROFILE.items() if name in found}
    if any(name in environment for name in AWS_SOURCES):
        return {name: value for name, value in config.items() if name in ("aws_region", "aws_endpoint_url")}
    if "aws_access_key_id" not in config and any(name in found for name in AWS_SIGN_IN):
        config["sign_in"] = profile
    return config


def _boto3_credentials(environment: Environment) -> Any:
    """Credentials that have to be asked for first: single sign-on, roles, processes. boto3 knows them all."""
    profile = environment.get("AWS_PROFILE") or "default"
    if find_spec("boto3") is None:
        raise UnauthorisedError(
            f"the AWS profile {profile} signs in elsewhere, which needs boto3: pip install boto3; or set AWS_ACCESS_KEY_ID"
            " and AWS_SECRET_ACCESS_KEY"
        )
    from boto3 import Session
    from obstore.auth.boto3 import Boto3CredentialProvider

    return Boto3CredentialProvider(Session(profile_name=profile))


def _gcs(bucket: str, environment: Environment) -> GCSStore:
    config = _named(GOOGLE, environment)
    if emulator := environment.get("STORAGE_EMULATOR_HOST"):
        config["google_base_url"] = emulator if "://" in emulator else f"http://{emulator}"
        config.setdefault("google_bearer_token", "emulator")  # else it would ask the metadata service for one
    return GCSStore(
        bucket,
        config=cast(Any, config),
        client_options=_waits(config.get("google_base_url", "")),
        retry_config=RETRIES,
    )


def _azure(location: Location, environment: Environment) -> AzureStore:
    config = _named(AZURE, environment)
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
        client_options=_waits(config.get("azure_storage_endpoint") or config.get("azure_endpoint", "")),
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


def _named(names: tuple[str, ...], environment: Environment) -> dict[str, str]:
    return {name.lower(): environment[name] for name in names if environment.get(name)}


def _waits(endpoint: str) -> "ClientConfig":
    # An emulator has no certificate; a cloud's own address is never plain.
    return {**WAITS, "allow_http": True} if endpoint.startswith("http://") else WAITS
