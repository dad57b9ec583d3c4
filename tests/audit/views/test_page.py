"""The page: well-formed, on its own, and without a way in for what stands in a log."""

import re
from html.parser import HTMLParser

import pytest
from tests.audit.given import MONDAY, audited, days, record
from tests.audit.planted import mix

from bide.audit.plan.audit import Audit
from bide.audit.readers.record import BY_PROMPTS, Record
from bide.audit.views.page import steps, workflows
from bide.audit.views.page.document import element, written
from bide.audit.views.page.drawing import DAYS, week
from bide.audit.views.page.report import page
from bide.core.clock import DAY, HOUR
from bide.core.money import DOLLAR

VOID = {"meta", "br", "hr", "img", "link", "input"}

EVIL = '<script>alert("1")</script>'


class Reading(HTMLParser):
    """Reads a page as a browser does, and notes what could do harm."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


@pytest.fixture(scope="module")
def whole() -> str:
    return page(audited(sorted(mix(), key=lambda row: row.at)))


def test_it_is_well_formed_and_says_what_was_found(whole: str) -> None:
    read = Reading(whole)

    assert whole.startswith("<!doctype html>")
    assert read.open == []
    for said in (
        "$113.37",
        "$44.25 – $54.63",
        "Begin with these 3 workflows: “ticket-summaries”",
        "arithmetic",
        "catalogue:genai-prices@",
    ):
        assert said in read.text
    assert {"svg", "details", "table", "main", "h1"} <= read.tags


def test_nothing_of_it_comes_from_elsewhere(whole: str) -> None:
    read = Reading(whole)

    assert not read.tags & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "a",
        "image",
        "use",
        "foreignobject",
    }
    assert not {name for name, _ in read.attributes} & {
        "src",
        "href",
        "srcset",
        "xlink:href",
        "action",
        "data",
        "style",
    }
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?:", whole)
    assert (
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ) in read.attributes


def test_every_picture_has_its_content_in_words(whole: str) -> None:
    for found in re.findall(r"<svg[^>]*>", whole):
        assert 'aria-hidden="true"' in found or re.search(
            r'role="img".*aria-label="[^"]+"|aria-label="[^"]+".*role="img"', found
        ), found


def evil() -> list[Record]:
    """A log in which every name is an attack."""
    fields = {
        "workflow": EVIL,
        "named_by": f"caller: {EVIL}",
        "model": f"gpt-4.1{EVIL}\x1b[31m\u202e",
        "provider": '"><img src=x onerror=1>\x1b[31m',
    }
    bill = {"provider": fields["provider"], "bill": True, "requests": None, "cost": DOLLAR}
    unnamed = {"workflow": f"</style>{EVIL}", "named_by": BY_PROMPTS, "input": 5}
    return [
        *days(**fields),
        record(MONDAY, **bill),
        record(MONDAY, **unnamed),
        record(MONDAY + HOUR, **unnamed),
        record(MONDAY + DAY, **unnamed),
    ]


def test_what_stands_in_a_log_is_text() -> None:
    text = page(audited(evil()))
    read = Reading(text)

    assert read.open == []
    assert "script" not in read.tags
    assert "img" not in read.tags
    assert EVIL in read.text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_an_audit_of_nothing_that_has_a_price_is_a_page_too() -> None:
    read = Reading(page(audited(days(model="nobody-s-model"))))

    assert read.open == []
    assert "Nothing is known of what it costs" in read.text


def test_text_stands_where_it_was_put() -> None:
    made = element("p", "a < b", element("b", "c & d"), " e", None, class_="x", aria_label='"')

    assert written(made) == '<!doctype html>\n<p class="x" aria-label="&quot;">a &lt; b<b>c &amp; d</b> e</p>\n'


def test_a_week_is_that_of_the_zone() -> None:
    hours = [0] * 168
    hours[166] = 9  # Sunday 22:00 UTC
    drawn = week(hours, 3, "label")
    busy = [cell for cell in drawn if cell.tag == "rect" and cell.get("fill-opacity") == "1"]

    assert [(cell.get("x"), cell.get("y")) for cell in busy] == [("38", "14")], f"{DAYS[0]} 01:00"


def test_days_without_a_request_are_days_too() -> None:
    text = page(audited([record(MONDAY, input=1), record(MONDAY + HOUR, input=1), record(MONDAY + 3 * DAY, input=1)]))

    for said in ("2025-11-17: 2", "2025-11-18: 0", "2025-11-19: 0", "2025-11-20: 1"):
        assert said in text


def test_days_of_no_calendar_have_numbers() -> None:
    text = page(audited([record(MONDAY + hour * HOUR, input=1, dated=False) for hour in range(49)]))

    assert "day 2: 24" in text
    assert "2025-11" not in text


def test_a_bar_is_never_longer_than_its_room(whole: str) -> None:
    for found in re.findall(r'<svg[^>]*class="bar[^>]*>(.*?)</svg>', whole):
        widths = [float(width) for width in re.findall(r'width="([\d.]+)"', found)]
        assert 0 < sum(widths) <= 100.01


def test_losing_is_drawn_as_staying() -> None:
    """A lever whose range reaches below nothing: what is left may be more than what is paid."""
    rows = days(
        provider="anthropic", model="claude-sonnet-4-6", cached=900_000, output=0, streamed=False, latency=100_000_000
    )
    of: Audit = audited(rows)

    assert Reading(page(of)).open == []


def test_a_page_of_many_workflows_says_how_many_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflows, "MOST", 2)
    monkeypatch.setattr(steps, "MOST", 1)
    read = Reading(page(audited([one for name in "abcd" for one in days(workflow=name)])))

    assert "And 2 others, which cost $168.00 a month together" in read.text
    assert "And 3 more; the JSON has them all." in read.text


def test_one_of_a_kind_is_said_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    often = [record(MONDAY + hour * HOUR, input=100, output=10, prompt=1, succeeded=hour > 0) for hour in range(2)]
    kept = record(MONDAY + HOUR, workflow="kept", input=100, output=10, from_cache=True)
    once = record(MONDAY + DAY, workflow="once", input=1, output=1)
    nothing = record(MONDAY + DAY, workflow="nothing", model="unheard-of", input=0, output=0)
    bill = record(MONDAY + 2 * DAY, workflow="bill", provider="anthropic", bill=True, requests=None)

    many = Reading(page(audited([*often, kept, once, nothing]))).text
    monkeypatch.setattr(workflows, "MOST", 1)
    few = Reading(page(audited([*often, once]))).text
    single = Reading(page(audited([once, bill]))).text

    for said in (
        "1 request (50 %) was asked before",
        "1 request failed",
        "1 request was answered",
        "1 row has no tokens",
    ):
        assert said in many, said
    assert "And 1 other, which costs $" in few
    assert "1 request, 1 token in, 1 out" in single
    for text in (many, few, single):
        assert re.findall(r"\b1 (?:rows|requests|tokens|others|possibilities)\b", text) == []
