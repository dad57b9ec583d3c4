"""What may be answered from what is kept: who says so, which requests ask for answers of their own, and what is looked up first."""

from typing import Any

import pytest
from tests.lanes.given import NOW, a_bucket
from tests.lanes.looking import calls, look, opened

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import JobState
from bide.lanes.arrival.cache import CacheRule, CacheWordError, hindrance, parse_keep, said, seeks

CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"


@pytest.mark.parametrize(
    ("headers", "metadata", "found"),
    [
        pytest.param({}, {}, None, id="nobody says anything"),
        pytest.param({"bide-cache": "1h"}, {}, HOUR, id="a header"),
        pytest.param({}, {"bide_cache": "7d"}, 7 * DAY, id="metadata"),
        pytest.param({"bide-cache": "no"}, {"bide_cache": "7d"}, 0, id="the header stands above metadata"),
        pytest.param({"bide-cache": " NO "}, {}, 0, id="however it is written"),
        pytest.param({"bide-within": "1h"}, {"bide_by": "06:00"}, None, id="other words are none of it"),
    ],
)
def test_what_a_call_says_itself(headers: dict[str, str], metadata: dict[str, str], found: int | None) -> None:
    assert said(headers, metadata) == found


@pytest.mark.parametrize("text", ["yes", "", "1", "-1h", "for ever"])
def test_what_is_no_time_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(CacheWordError, match=r"^header bide-cache: .*write 30m, 1h or 7d, or no$"):
        parse_keep(text, "header bide-cache")


@pytest.mark.parametrize(
    ("rule", "workflow", "model", "found"),
    [
        pytest.param(CacheRule(), "tickets", "small", 0, id="off by default"),
        pytest.param(CacheRule(HOUR), None, "small", HOUR, id="on for all"),
        pytest.param(CacheRule(HOUR, ["nightly-*"]), "nightly-tags", "small", HOUR, id="a workflow's pattern"),
        pytest.param(CacheRule(HOUR, ["nightly-*"]), "daily", "small", 0, id="another workflow"),
        pytest.param(CacheRule(HOUR, ["nightly-*"]), None, "small", 0, id="no workflow"),
        pytest.param(CacheRule(HOUR, [], ["a", "text-*"]), None, "text-embedding", HOUR, id="one of the models"),
        pytest.param(CacheRule(HOUR, ["w"], ["a"]), "w", "b", 0, id="both have to fit"),
    ],
)
def test_what_the_settings_say(rule: CacheRule, workflow: str | None, model: str, found: int) -> None:
    assert rule.kept_for(workflow, model) == found


@pytest.mark.parametrize(
    ("endpoint", "fields", "says"),
    [
        pytest.param(CHAT, {}, None, id="a chat completion"),
        pytest.param(CHAT, {"temperature": 0, "n": 1, "stream": False, "store": False}, None, id="in so many words"),
        pytest.param(CHAT, {"tools": [{"type": "function"}]}, None, id="tools of the caller"),
        pytest.param("/v1/messages", {"tools": [{"name": "add"}, {"type": "custom"}]}, None, id="Anthropic's tools"),
        pytest.param("/v1/embeddings", {"input": "a"}, None, id="an embedding"),
        pytest.param(RESPONSES, {"store": False}, None, id="a response that is not stored"),
        pytest.param(CHAT, {"temperature": 0.2}, "temperature", id="a temperature"),
        pytest.param(CHAT, {"n": 2}, "n asks", id="several choices"),
        pytest.param("/v1/completions", {"best_of": 3}, "best_of", id="the best of several"),
        pytest.param(CHAT, {"stream": True}, "streamed", id="a stream"),
        pytest.param(CHAT, {"store": True}, "store: false", id="stored at the provider"),
        pytest.param(RESPONSES, {}, "store: false", id="a response, which is stored by default"),
        pytest.param(RESPONSES, {"store": None}, "store: false", id="which null means too"),
        pytest.param(RESPONSES, {"store": False, "previous_response_id": "a"}, "depend", id="what was said before"),
        pytest.param(RESPONSES, {"store": False, "prompt": {"id": "a"}}, "depend", id="a prompt stored elsewhere"),
        pytest.param(CHAT, {"web_search_options": {}}, "depend", id="a search"),
        pytest.param("/v1/messages", {"tools": [{"type": "web_search_20250305"}]}, "provider runs", id="its tools"),
        pytest.param("/v1/images/generations", {}, "differ", id="pictures"),
    ],
)
def test_whether_an_answer_may_be_given_again(endpoint: str, fields: dict[str, Any], says: str | None) -> None:
    found = hindrance(endpoint, fields)

    assert found is None if says is None else found is not None and says in found


@pytest.mark.parametrize("tools", ["a", [1], None, {}], ids=str)
def test_tools_of_no_shape_are_the_provider_s_to_refuse(tools: Any) -> None:
    assert hindrance(CHAT, {"tools": tools}) is None


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        pytest.param({"seek_from": 0}, True, id="some are to be looked up"),
        pytest.param({}, False, id="none are"),
        pytest.param({"seek_from": 0, "waiting": 0, "batched": 3}, False, id="none wait"),
        pytest.param({"seek_from": 0, "job_state": JobState.CANCELLING}, False, id="nobody wants them"),
        pytest.param({"seek_from": 0, "on_miss": OnMiss.EXPIRE, "deadline": NOW}, False, id="too late"),
    ],
)
def test_what_is_looked_up(fields: dict[str, Any], found: bool) -> None:
    given: dict[str, Any] = {"waiting": 3, **fields}

    assert seeks(a_bucket(**given), NOW) is found


def test_nothing_else_is_planned_for_what_is_looked_up_and_its_neighbours_go_on() -> None:
    sought, other = a_bucket(1, waiting=600, seek_from=0), a_bucket(2, waiting=5)

    decisions = look(sought, other)

    assert decisions.sought == [sought]
    assert opened(decisions) == [(2, 5)]
    assert 1 in decisions.starts, "the capacity that it may need is still counted"


def test_also_what_is_urgent_is_looked_up_first() -> None:
    urgent = a_bucket(waiting=5, seek_from=7, deadline=NOW + SECOND // 2)

    assert (look(urgent).sought, calls(look(urgent))) == ([urgent], [])
    assert calls(look(a_bucket(waiting=5, deadline=NOW + SECOND // 2))) == [(1, 5)]


def test_what_nobody_has_credentials_for_is_answered_all_the_same() -> None:
    assert look(a_bucket(waiting=5, seek_from=0, deadline=NOW + MINUTE), accounts={}).sought != []
