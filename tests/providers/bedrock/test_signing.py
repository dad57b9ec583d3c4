"""Signatures are botocore's own; here it is seen that they are of what is sent."""

import asyncio
import re
from typing import Any, cast

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, EndpointConnectionError

from bide.providers.bedrock.signing import Signature
from bide.providers.failures import UnauthorisedError
from bide.providers.http import AiohttpTransport
from bide.providers.line import Line

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


class Wire:
    """A server that keeps the requests that reach it, byte for byte."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse", b'{"messages":[]}'),
        ("POST", "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/converse-stream", b"{}"),
        ("GET", "/model-invocation-job/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Amodel-invocation-job%2Fabc", None),
        ("GET", "/model-invocation-jobs?nameContains=bide-x&submitTimeAfter=2026-11-21T10%3A00%3A00Z", None),
        ("POST", "/model-invocation-job", b"{}"),
    ],
)
async def test_what_is_sent_is_what_was_signed(method: str, path: str, body: bytes | None) -> None:
    """The signature is made again from what has come over the wire, as AWS does it."""
    wire, keys = Wire(), cast(Any, Credentials)("AKID", "secret", "session")
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    transport = AiohttpTransport()
    async with Line(transport, root, {}, Signature("us-east-1", keys)).exchange(method, path, body=body) as reply:
        assert await reply.read() == b"{}"
    await transport.close()
    server.close()

    first, *lines = wire.heads[0].decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert first == f"{method} {path} HTTP/1.1"
    listed = re.search(r"SignedHeaders=([^,]+), Signature=(\w+)", headers["authorization"])
    assert listed
    request: Any = cast(Any, AWSRequest)(
        method=method, url=root + path, data=body or b"", headers={name: headers[name] for name in listed[1].split(";")}
    )
    request.context["timestamp"] = headers["x-amz-date"]
    auth: Any = cast(Any, SigV4Auth)(keys, "bedrock", "us-east-1")
    assert auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request) == listed[2]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(
            ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "AssumeRole"), id="of a role"
        ),
        pytest.param(EndpointConnectionError(endpoint_url="https://sts.amazonaws.com"), id="nobody answers"),
    ],
)
async def test_credentials_that_are_refused_send_nothing(error: Exception) -> None:
    class Refused:
        def get_frozen_credentials(self) -> Any:
            raise error

    with pytest.raises(UnauthorisedError, match="AWS_BEARER_TOKEN_BEDROCK"):
        await Signature("us-east-1", Refused()).headers("GET", URL, {}, b"")
