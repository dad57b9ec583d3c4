"""The formats and where callers find them."""

import pytest

from bide.providers.translate import Wire, wire_of


@pytest.mark.parametrize(
    ("endpoint", "wire"),
    [
        ("/v1/chat/completions", Wire.CHAT),
        ("/v1/responses", Wire.RESPONSES),
        ("/v1/messages", Wire.MESSAGES),
    ],
)
def test_a_path_has_a_wire(endpoint: str, wire: Wire) -> None:
    assert wire_of(endpoint) is wire


def test_other_paths_have_none() -> None:
    with pytest.raises(KeyError):
        wire_of("/v1/embeddings")


def test_every_wire_has_a_name_for_people() -> None:
    assert len({wire.api for wire in Wire}) == len(Wire)
