"""A batch is found in a listing of whatever order: a page that is not looked at may hold the one that is paid for."""

from typing import Any

import pytest
from tests.providers.openai.scripted import Scripted, reply

from bide.core.clock import SECOND
from bide.providers.openai.adapter import OpenAIProvider
from bide.providers.openai.kinds import OPENAI
from bide.providers.port import Sought
from bide.testing.provider_conformance import setup_for

SINCE = 1_000


def listed(name: str, at: int, tag: str = "other") -> dict[str, Any]:
    return {"id": name, "status": "in_progress", "created_at": at, "metadata": {"bide_tag": tag}}


def page(*batches: dict[str, Any], more: bool = False) -> Any:
    return reply({"object": "list", "data": batches, "has_more": more})


OURS = listed("ours", 1_005, "tag1")


@pytest.mark.parametrize(
    ("pages", "found", "asked"),
    [
        pytest.param([page(listed("c", 1_009), OURS, more=True)], "ours", 1, id="on the first page"),
        pytest.param([page(listed("a", 10), listed("b", 20), more=True), page(OURS)], "ours", 2, id="from old to new"),
        pytest.param(
            [page(listed("b", 900), listed("c", 1_009), listed("a", 20), more=True), page(OURS)],
            "ours",
            2,
            id="without order",
        ),
        pytest.param(
            [page(listed("c", 1_009), listed("b", 900), more=True)], None, 1, id="from new to old, and past it"
        ),
        pytest.param([page(listed("c", 1_009), more=False)], None, 1, id="the last page"),
        pytest.param([page(listed("c", 1_009), more=True)] * 2, None, 2, id="a server that knows no pages"),
        pytest.param([page(more=True)], None, 1, id="nothing, and more of it"),
    ],
)
async def test_every_page_that_may_hold_it_is_looked_at(pages: list[Any], found: str | None, asked: int) -> None:
    transport = Scripted(*pages)
    provider = OpenAIProvider(setup_for(OPENAI, "http://simulated.invalid/v1", "key"), transport)

    remote = await provider.find(Sought("tag1", None, 1, SINCE * SECOND))

    assert (remote.provider_id if remote else None) == found
    assert len(transport.sent) == asked
