"""Where Azure's credentials and endpoint come from."""

import pytest

from bide.buckets import azure
from bide.buckets.cloud import CloudBuckets
from bide.buckets.port import UnauthorisedError
from bide.buckets.uri import parse_uri
from tests.buckets.servers import ACCOUNT, KEY, Server, azurite_environment

OBJECT = parse_uri(f"az://{ACCOUNT}/bide/one")


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"AZURE_STORAGE_ACCOUNT_KEY": KEY}, id="the key"),
        pytest.param({"AZURE_STORAGE_KEY": KEY}, id="the key, as az calls it"),
        pytest.param({"AZURE_STORAGE_CONNECTION_STRING": f"AccountName={ACCOUNT};AccountKey={KEY}"}, id="all in one"),
        pytest.param({"AZURE_STORAGE_CONNECTION_STRING": f"AccountKey={KEY}"}, id="all in one, for any account"),
    ],
)
def test_a_key_is_found(environment: dict[str, str]) -> None:
    config = azure.open_azure(OBJECT, environment).config

    assert (config.get("account_name"), config.get("account_key")) == (ACCOUNT, KEY)


def test_a_connection_string_of_another_account_is_not_meant() -> None:
    text = f"AccountName=another;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:1/another"
    config = azure.open_azure(OBJECT, {"AZURE_STORAGE_CONNECTION_STRING": text, "PATH": ""}).config

    assert (config.get("account_key"), config.get("endpoint")) == (None, None)


def test_another_cloud_has_its_own_host() -> None:
    location = parse_uri("https://account.blob.core.usgovcloudapi.net/box/one")

    config = azure.open_azure(location, {"AZURE_STORAGE_ACCOUNT_KEY": KEY}).config

    assert config.get("endpoint") == "https://account.blob.core.usgovcloudapi.net"


async def test_a_wrong_key_is_told_with_its_remedy(azurite: Server) -> None:
    environment = azurite_environment(azurite)
    text = environment["AZURE_STORAGE_CONNECTION_STRING"].replace(KEY, "d3Jvbmc=")

    with pytest.raises(UnauthorisedError, match=r"one is refused to these credentials .*set AZURE_STORAGE_ACCOUNT_KEY"):
        await CloudBuckets({"AZURE_STORAGE_CONNECTION_STRING": text}).size(OBJECT.uri)


async def test_its_own_kind_of_url_names_the_same_object(azurite: Server) -> None:
    environment = azurite_environment(azurite)

    assert [
        uri async for uri in CloudBuckets(environment).list(f"https://{ACCOUNT}.blob.core.windows.net/bide/no")
    ] == []
