"""Bodies that are not what a path takes are refused with the field, and with what to do."""

import msgspec
import pytest

from bide.gateway.api.body import shaped
from bide.gateway.refusal import RefusalError


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    models: list[str]
    share: str = "0%"


_decode = msgspec.json.Decoder(Asked).decode


def test_what_is_right_is_decoded() -> None:
    assert shaped(_decode, b'{"models": ["a"]}') == Asked(["a"])


@pytest.mark.parametrize(
    ("body", "code", "param", "says"),
    [
        pytest.param(
            b"{}", "invalid_request", None, "missing required field `models`; GET /bide/v1/openapi", id="missing"
        ),
        pytest.param(
            b'{"model": "a"}', "invalid_request", None, "unknown field `model`; GET /bide/v1/openapi", id="unknown"
        ),
        pytest.param(b'{"models": [1]}', "invalid_request", "models[0]", "Expected `str`", id="wrong"),
        pytest.param(b"nope", "invalid_json", None, "the body is not JSON", id="no JSON"),
        pytest.param(b'{"models": ["\xff"]}', "invalid_json", None, "the body is not JSON", id="no text"),
    ],
)
def test_what_is_wrong_is_named(body: bytes, code: str, param: str | None, says: str) -> None:
    with pytest.raises(RefusalError) as caught:
        shaped(_decode, body)

    refusal = caught.value
    assert (refusal.code, refusal.param) == (code, param)
    assert says in str(refusal)
