"""What else the account is used for does not keep a lost create in doubt."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.providers.openai.scripted import Scripted, reply

from bide.core.clock import SECOND
from bide.providers.anthropic.adapter import AnthropicProvider
from bide.providers.anthropic.kind import ANTHROPIC
from bide.providers.failures import UndecidedError
from bide.providers.port import Sought
from bide.testing.provider_conformance import setup_for


def running(name: str, at: int) -> dict[str, Any]:
    return {
        "id": name,
        "processing_status": "in_progress",
        "request_counts": {"processing": 1},
        "created_at": datetime.fromtimestamp(at, UTC).isoformat(),
    }


@pytest.mark.parametrize(
    ("at", "is_in_doubt"),
    [
        pytest.param(999, False, id="before it was sent"),
        pytest.param(1_000, True, id="when it was sent"),
        pytest.param(1_600, True, id="as late as it can have come"),
        pytest.param(1_601, False, id="after it"),
    ],
)
async def test_only_what_was_created_when_it_was_may_be_it(at: int, is_in_doubt: bool) -> None:
    transport = Scripted(reply({"data": [running("b", at)], "has_more": False, "first_id": "b", "last_id": "b"}))
    provider = AnthropicProvider(setup_for(ANTHROPIC, "http://simulated.invalid", "key"), transport)
    sought = Sought("tag1", None, 1, 1_000 * SECOND, until=1_600 * SECOND)

    if is_in_doubt:
        with pytest.raises(UndecidedError):
            await provider.find(sought)
    else:
        assert await provider.find(sought) is None


async def test_results_that_cannot_be_had_stop_no_search() -> None:
    """Those of somebody else's batch may be gone for good: the one that is sought is behind it."""
    ended = {"processing_status": "ended", "results_url": "http://simulated.invalid/results"}
    page = {"data": [running("theirs", 1_200) | ended, running("ours", 1_100) | ended], "has_more": False}
    line = b'{"custom_id":"tag1-0","result":{"type":"expired"}}\n'
    transport = Scripted(reply(page), reply(b"{}", 404), reply(line), reply(page), reply(b"{}", 404), reply(line))
    provider = AnthropicProvider(setup_for(ANTHROPIC, "http://simulated.invalid", "key"), transport)

    found = await provider.find(Sought("tag1", None, 1, 1_000 * SECOND))
    assert found is not None
    assert found.provider_id == "ours"
    with pytest.raises(UndecidedError):
        await provider.find(Sought("tag2", None, 1, 1_000 * SECOND))
