"""Buckets of S3: credentials, region and endpoint from the environment and the AWS files, as AWS's own tools find them."""

import configparser
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from obstore.store import S3Store

from bide.buckets.connection import CREDENTIALS, RETRIES, Environment, chosen, waits
from bide.buckets.port import NoCredentialsError

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
AWS_SOURCES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SKIP_SIGNATURE",
)
AWS_PROFILE = {
    "aws_access_key_id": "aws_access_key_id",
    "aws_secret_access_key": "aws_secret_access_key",
    "aws_session_token": "aws_session_token",
    "region": "aws_region",
    "endpoint_url": "aws_endpoint_url",
}
AWS_SIGN_IN = ("sso_session", "sso_start_url", "role_arn", "credential_process", "login_session")
"""Lines of a profile that say that its credentials have to be asked for first."""


def open_s3(bucket: str, environment: Environment) -> S3Store:
    """A bucket. Raises `NoCredentialsError` for a profile that bide cannot sign in with."""
    config = {**_profile(environment), **chosen(AWS, environment)}
    provider = None
    if config.pop("sign_in", None):
        provider = _boto3_credentials(environment)
    elif environment.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true" and not (
        "aws_access_key_id" in config or any(name in environment for name in AWS_SOURCES)
    ):
        raise NoCredentialsError(f"there are no credentials for s3://{bucket}; {CREDENTIALS['s3']}")
    endpoint = config.get("aws_endpoint_url_s3") or config.get("aws_endpoint_url") or ""
    return S3Store(
        bucket,
        config=cast(Any, config),
        client_options=waits(endpoint),
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
        path = Path(environment.get(variable) or home / file).expanduser()
        parser.clear()
        try:
            parser.read(path, "utf-8")
        except configparser.Error as error:
            raise NoCredentialsError(
                f"{path} cannot be understood: {error}; mend it, or set AWS_ACCESS_KEY_ID"
            ) from error
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
        raise NoCredentialsError(
            f"the AWS profile {profile} signs in elsewhere, which needs boto3: pip install boto3; or set AWS_ACCESS_KEY_ID"
            " and AWS_SECRET_ACCESS_KEY"
        )
    from boto3 import Session
    from obstore.auth.boto3 import Boto3CredentialProvider

    return Boto3CredentialProvider(Session(profile_name=profile))
