"""The description of bide's own paths: complete, and held to by the gateway under what schemathesis thinks of."""

import json
from typing import Any

import pytest

from bide.gateway.api import description
from bide.gateway.app import application
from tests.gateway.place import Place

METHODS = ("get", "post", "put", "patch", "delete")


def described() -> dict[str, Any]:
    return json.loads(description.document())


async def test_every_path_of_bides_own_is_described_and_no_other(at: Place) -> None:
    routes = application(at.gateway).routes  # type: ignore[reportAttributeAccessIssue]
    served = {
        (route.path, method.lower())
        for route in routes
        if route.path.startswith("/bide/")
        for method in route.methods or ()
        if method != "HEAD"
    }
    told = {(path, method) for path, found in described()["paths"].items() for method in METHODS if method in found}
    assert served == told


async def test_it_is_served(at: Place) -> None:
    async with at.http.get("/bide/v1/openapi.json") as answer:
        assert await answer.json() == described()


def test_every_operation_has_a_name_of_its_own_and_says_what_errors_look_like() -> None:
    operations = [one for found in described()["paths"].values() for one in found.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        for status in ("400", "401", "403", "405", "429", "503"):
            content = one["responses"][status]["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Error"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/bide/v1/jobs", "GET, HEAD"),
        ("GET", "/bide/v1/estimate", "POST"),
        ("PUT", "/bide/v1/requests/req_1", "GET, HEAD"),
        ("GET", "/v1/chat/completions", "POST"),
    ],
)
async def test_another_method_is_told_which_there_are(at: Place, method: str, path: str, allowed: str) -> None:
    async with at.http.request(method, path) as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == allowed
        assert (await answer.json())["error"]["code"] == "method_not_allowed"
