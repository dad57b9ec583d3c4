"""Errors of the object stores in bide's words."""

import pytest
from obstore import exceptions

from bide.buckets.cloud import CloudBuckets, translated
from bide.buckets.port import BucketError, MissingObjectError, UnauthorisedError
from bide.buckets.uri import parse_uri
from bide.testing.buckets_conformance import pieces
from tests.buckets.servers import Server, moto_environment

OBJECT = parse_uri("s3://bide/one")

DENIED = """Error performing GET https://bide.example/one?sig=secret in 2ms - 403 Forbidden

Debug source:
PermissionDenied { path: "one?sig=secret" }"""


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        pytest.param(FileNotFoundError("one"), MissingObjectError, "there is no s3://bide/one", id="missing"),
        pytest.param(exceptions.PermissionDeniedError(DENIED), UnauthorisedError, "403 Forbidden", id="refused"),
        pytest.param(
            exceptions.GenericError("Error performing token request: 401"),
            UnauthorisedError,
            "no signing in",
            id="token",
        ),
        pytest.param(exceptions.GenericError("301 Moved Permanently"), BucketError, "set AWS_REGION", id="elsewhere"),
        pytest.param(
            exceptions.GenericError("broken pipe"), BucketError, "broken pipe; check the network", id="network"
        ),
    ],
)
def test_an_error_names_the_object_and_what_to_do(error: Exception, kind: type[BucketError], message: str) -> None:
    found = translated(error, OBJECT)

    assert type(found) is kind
    assert message in str(found)
    assert "secret" not in str(found)
    assert "\n" not in str(found)


async def test_a_server_that_is_away_is_told_soon() -> None:
    away = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"}

    with pytest.raises(BucketError, match=r"s3://bide/one cannot be used: .*127\.0\.0\.1:1"):
        await CloudBuckets(away).size(OBJECT.uri)


async def test_a_bucket_that_is_missing_is_told(moto: Server) -> None:
    with pytest.raises(MissingObjectError, match="there is no s3://other/one; check the bucket"):
        await CloudBuckets(moto_environment(moto)).size("s3://other/one")
    with pytest.raises(MissingObjectError, match="there is no bucket s3://other; make it"):
        await CloudBuckets(moto_environment(moto)).put("s3://other/one", pieces(b"1"))
    with pytest.raises(MissingObjectError, match="there is no bucket s3://other; make it"):
        [uri async for uri in CloudBuckets(moto_environment(moto)).list("s3://other")]
