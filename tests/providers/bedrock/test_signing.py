"""Signatures are botocore's own; here it is seen that they are of what is sent."""

import re
from typing import Any

import pytest
from botocore.credentials import Credentials

from bide.providers.bedrock.signing import Signature
from bide.providers.port import UnauthorisedError

URL = "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse"


async def signed(body: bytes, url: str = URL, token: str | None = None, **headers: str) -> dict[str, str]:
    made: Any = Credentials("AKID", "secret", token)
    return dict(await Signature("us-east-1", made).headers("POST", url, {"User-Agent": "bide/1", **headers}, body))


async def test_a_signature_names_account_region_and_service() -> None:
    headers = await signed(b"{}", **{"Content-Type": "application/json"})

    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=AKID/\d{8}/us-east-1/bedrock/aws4_request,"
        r" SignedHeaders=([a-z;-]+), Signature=[0-9a-f]{64}",
        headers["Authorization"],
    )
    assert match
    assert match[1] == "content-type;host;x-amz-date"
    assert set(headers) == {"Authorization", "X-Amz-Date"}, "nothing else is sent anew"


async def test_a_signature_covers_body_and_address() -> None:
    different = [await signed(b"{}"), await signed(b"[]"), await signed(b"{}", URL.replace("%3A", ":"))]

    assert len({headers["Authorization"] for headers in different}) == 3


async def test_the_token_of_a_role_goes_along() -> None:
    headers = await signed(b"{}", token="session")

    assert headers["X-Amz-Security-Token"] == "session"
    assert "x-amz-security-token" in headers["Authorization"]


async def test_without_credentials_it_says_how_to_give_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(UnauthorisedError, match="AWS_BEARER_TOKEN_BEDROCK"):
        await Signature("us-east-1").headers("GET", URL, {}, b"")


async def test_an_unknown_profile_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    with pytest.raises(UnauthorisedError, match="nobody"):
        await Signature("us-east-1").headers("GET", URL, {}, b"")
