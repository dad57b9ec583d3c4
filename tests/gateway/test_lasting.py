"""How deep documents are nested, however they are sliced."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.gateway.lasting import check_lasting, depth
from bide.gateway.refusal import RefusalError
from bide.intake.depth import DEEPEST

DOCUMENTS = st.recursive(
    st.none() | st.integers() | st.text(alphabet='[]{}"\\\n a\u00e9'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='[]{}"\\a'), inner, max_size=3),
)


def levels(value: object) -> int:
    """The same, slowly."""
    if isinstance(value, dict):
        return 1 + max(map(levels, value.values()), default=0)  # type: ignore[reportUnknownArgumentType,reportUnknownVariableType]
    if isinstance(value, list):
        return 1 + max(map(levels, value), default=0)  # type: ignore[reportUnknownArgumentType,reportUnknownVariableType]
    return 0


@given(document=DOCUMENTS, size=st.integers(1, 40), ascii_only=st.booleans())
async def test_depth_is_that_of_the_document(document: object, size: int, ascii_only: bool) -> None:
    assert await depth(json.dumps(document, ensure_ascii=ascii_only).encode(), size) == levels(document)


async def test_what_is_too_deep_or_no_text_is_not_kept() -> None:
    await check_lasting(b"[" * DEEPEST + b"]" * DEEPEST)
    await check_lasting(b'["' + b"[" * 500 + b'"]')
    for body in (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}'):
        with pytest.raises(RefusalError) as refused:
            await check_lasting(body)
        assert refused.value.status == 400
