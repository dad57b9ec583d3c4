"""What a deferred call is told about the hours of its account, as jobs are."""

from collections.abc import Mapping
from pathlib import Path

from bide.core.clock import HOUR, SystemClock, to_datetime
from tests.gateway.place import CHAT, Place, place

ENDS = "only rescues are sent in the blackout "


def blackout() -> str:
    """The setting of one that began an hour ago and goes on for six more; the gateway's clock begins now."""
    now = SystemClock().now()
    begins, ends = (f"{to_datetime(now + away * HOUR):%H:%M}" for away in (-1, 6))
    return f"providers.openai.blackout={begins}-{ends} UTC"


async def notice(at: Place, headers: Mapping[str, str], model: str = "gpt-4.1-mini") -> str | None:
    told = {"Prefer": "respond-async", **headers}
    async with at.http.post("/v1/chat/completions", json={**CHAT, "model": model}, headers=told) as answer:
        assert answer.status == 202
        return answer.headers.get("Bide-Notice")


async def test_what_a_blackout_makes_late_is_said_when_a_call_is_taken_in(tmp_path: Path) -> None:
    async with place(tmp_path, blackout()) as at:
        late = await notice(at, {"Bide-Within": "2h", "Bide-On-Miss": "late"})
        expires = await notice(at, {"Bide-Within": "2h", "Bide-On-Miss": "expire"})
        rescued = await notice(at, {"Bide-Within": "2h"})
        elsewhere = await notice(at, {"Bide-Within": "2h", "Bide-On-Miss": "late"}, "claude-sonnet-4-6")

    assert late is not None
    assert late.startswith(ENDS)
    assert "; the deadline lies in it and the request has no rescue: it is sent when it ends, " in late
    assert late.endswith(" after the deadline")
    assert expires is not None
    assert expires.endswith("the request has no rescue: it expires unsent")
    assert rescued is not None
    assert rescued.startswith(ENDS)
    assert ";" not in rescued
    assert elsewhere is None


async def test_who_waits_for_the_answer_is_told_too(tmp_path: Path) -> None:
    async with place(tmp_path, blackout()) as at:
        client = at.openai()
        answer = await client.chat.completions.with_raw_response.create(**CHAT, extra_headers={"Bide-Within": "2m"})

    assert answer.headers["bide-notice"].startswith(ENDS)
    assert answer.parse().choices[0].message.content
