"""The calculator's page as people use it: pick, slide, compare, keep, share, come back, by mouse and by keyboard."""

import csv
import datetime
import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from bide.advise.calculator.listing import Listed
from bide.advise.calculator.offers import Asked, offers
from bide.advise.calculator.quantity import given, quantity
from bide.advise.calculator.rendering import number, shown, steps
from bide.advise.calculator.unit import REQUEST, TOKEN
from bide.advise.calculator.workload import Workload
from bide.ledger.prices import Prices
from tests.browser.conftest import DAY, NOON, Opened

MIXED = (
    "#case=own&model=openai/gpt-5&model=anthropic/claude-sonnet-4-6&per=day&within=3600&text=each"
    "&n=52000&in=1200&out=800&cached=20%25&answered=5%25&compression=10%25&reasoning=10-20%25&waits=96%25&days=31"
)


def headline(page: Page) -> Any:
    return expect(page.locator("#headline"))


def row(page: Page, lane: str) -> str:
    """A lane of the table of costs, as text."""
    return page.locator("#cost-table tr", has=page.get_by_role("rowheader", name=lane)).first.inner_text()


def fragment(page: Page) -> str:
    return page.url.partition("#")[2]


def settled(page: Page, text: str) -> None:
    """Let a second go by, after which a result is read out and in the address."""
    page.clock.run_for(1000)
    expect(page.locator("#said")).to_have_text(text)


def test_a_use_case_is_picked_by_keyboard_and_its_numbers_and_advice_come(opened: Opened) -> None:
    page = opened()
    headline(page).to_have_text("$36.00 a month in batches instead of $72.00 called at once: $36.00 less, 50 %.")
    page.get_by_role("radio", name="Chat with customers").focus()
    page.keyboard.press("Space")

    expect(page.get_by_label("Requests", exact=True)).to_have_value("500")
    headline(page).to_contain_text("Nothing of it can wait")
    expect(page.locator("#advice")).to_contain_text("because a person waits for the answer")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Fraud check before a payment")).to_be_checked()
    expect(page.locator("#advice .warning")).to_contain_text("100ms")


def test_a_slider_and_its_number_go_together_and_the_result_is_read_out_once(opened: Opened) -> None:
    page = opened()
    page.clock.pause_at(NOON + datetime.timedelta(hours=1))  # so that a slow machine is no pause of somebody's
    expect(page.locator("#advice")).to_contain_text(
        "The numbers are those of Batch Processing vs Real-Time AI Inference"
    )
    slider = page.get_by_role("slider", name="Requests, slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Requests", exact=True)).to_have_value("12,000")
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "15,000")
    expect(page.locator("#advice")).not_to_contain_text("The numbers are")
    assert page.locator("#said").inner_text() == ""

    settled(page, "$54.00 a month in batches instead of $108.00 called at once: $54.00 less, 50 %.")
    page.get_by_label("Requests", exact=True).fill("1M")
    headline(page).to_have_text("$3,600 a month in batches instead of $7,200 called at once: $3,600 less, 50 %.")
    page.get_by_label("Share that can wait", exact=True).fill("50%")
    headline(page).to_have_text("$5,400 a month as a hybrid instead of $7,200 called at once: $1,800 less, 25 %.")
    page.get_by_label("come", exact=True).select_option("once")
    headline(page).to_have_text("$180.00 as a hybrid instead of $240.00 called at once: $60.00 less, 25 %.")


def test_what_is_no_number_is_marked_and_the_last_result_stays(opened: Opened) -> None:
    page = opened()
    box = page.get_by_label("Input tokens of each", exact=True)
    box.fill("many")

    expect(box).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#in-problem")).to_have_text("'many' is no number; write it as in 1.5, 10M, 250K, 40% or 1/3")
    headline(page).to_have_text("")
    assert "$72.00" in row(page, "Real time")
    expect(page.get_by_role("button", name="Save as JSON")).to_be_disabled()
    expect(page.locator("#problems p")).to_have_text(
        "Correct what is marked. The figures below are the last ones that could be reckoned."
    )
    page.get_by_label("Share that can wait", exact=True).fill("120%")
    expect(page.locator("#waits-problem")).to_have_text("share that can wait is a share: write it from 0% to 100%")
    page.get_by_label("Share that can wait", exact=True).fill("0%")
    box.fill("0.8K")
    headline(page).to_contain_text("$72.00 a month, called at once. Nothing of it can wait")


def test_models_are_searched_and_stand_beside_each_other_with_what_is_unknown(opened: Opened) -> None:
    page = opened()
    search = page.get_by_role("combobox", name="Any other model")
    search.focus()
    page.keyboard.type("sonnet 4-6 anthropic")
    expect(page.get_by_role("option").first).to_have_text("anthropic/claude-sonnet-4-6")
    page.keyboard.press("ArrowDown")
    expect(search).to_have_attribute("aria-activedescendant", "model-0")
    page.keyboard.press("Enter")

    headline(page).to_contain_text("openai/gpt-4o-mini: $36.00")
    body = page.locator("#cost-table tbody").nth(1)
    expect(body).to_contain_text("anthropic/claude-sonnet-4-6")
    expect(body).to_contain_text("unknown: nobody has told the price")
    assert "$1,620" in body.inner_text()
    expect(page.get_by_text("tokenizers differ")).to_be_visible()
    page.get_by_label("the same text for all").check()
    assert re.search(r"\$1,912 – \$2,932", page.locator("#cost-table tbody").nth(1).inner_text())
    page.get_by_role("button", name="Remove anthropic/claude-sonnet-4-6").click()
    expect(search).to_be_focused()
    headline(page).to_contain_text("$36.00 a month in batches")
    page.get_by_label("claude-3-5-haiku").check()
    expect(page.locator("#notes")).to_contain_text("is retired, last on 19 Feb 2026: these are the prices it had")


def test_a_result_is_exported_with_the_figures_and_steps_of_the_calculator_in_python(
    opened: Opened, tmp_path: Path
) -> None:
    page = opened(MIXED, accept_downloads=True)
    files: dict[str, str] = {}
    for name in ("JSON", "CSV"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save as {name}").click()
        assert download.value.suggested_filename == f"bide-calculator.{name.lower()}"
        download.value.save_as(tmp_path / name)
        files[name] = (tmp_path / name).read_text("utf-8")
    page.get_by_role("button", name="Copy the result").click()
    expect(page.locator("#said")).to_have_text("The result is copied.")
    copied = page.evaluate("navigator.clipboard.readText()")

    found = json.loads(files["JSON"])
    assert found["prices_of"] == DAY.isoformat()
    lines = list(csv.DictReader(files["CSV"].splitlines()))
    wanted = [_of_python(name) for name in ("openai/gpt-5", "anthropic/claude-sonnet-4-6")]
    for theirs, (alone, hybrid) in zip(found["offers"], wanted, strict=True):
        for lane in theirs["lanes"]:
            ours = {each.lane: each for each in (hybrid if lane["lane"] == "hybrid" else alone).lanes}.get(lane["lane"])
            assert lane["cost_a_month"] == (None if ours is None else shown(ours.month.value))
            assert (lane["unknown"] is None) == (ours is not None)
            line = next(one for one in lines if (one["model"], one["lane"]) == (theirs["model"], lane["lane"]))
            assert line["cost_a_month_low_usd"] == ("" if ours is None else number(min(ours.month.value.bounds)))
        assert [sums["steps"] for sums in theirs["sums"]] == [
            [step for step in steps(each.derivation) if "priority" not in step["name"]] for each in (alone, hybrid)
        ]
    assert copied.startswith(
        "openai/gpt-5, 52,000 requests a day, 1,200 tokens in and 800 out of each:\n  Real time: $"
    )
    assert copied.rstrip().endswith(found["link"])
    assert found["link"].startswith("#case=own")  # and not where the file lies on somebody's disk


def _of_python(name: str) -> Any:
    """What MIXED comes to in Python: all of it in one lane, and the hybrid."""
    from bide.advise.calculator.month import Convention
    from bide.advise.calculator.quantity import exact

    provider, _, model = name.partition("/")
    work = Workload(
        requests=quantity(52000, REQUEST),
        input_tokens=quantity(1200, TOKEN / REQUEST),
        output_tokens=quantity(800, TOKEN / REQUEST),
        period="day",
        cached=given("20%"),
        answered=given("5%"),
        compression=given("10%"),
        reasoning=given("10-20%"),
    )
    month = Convention(days=exact("31"))
    asked = (Asked(work, DAY.isoformat(), month=month, batch_share=share) for share in (None, given("96%")))
    return [offers(each, [Listed(name, provider, model)], Prices())[0].comparison for each in asked]


def test_the_link_opens_the_page_with_the_same_numbers(opened: Opened) -> None:
    page = opened(MIXED)
    told = page.locator("#headline").inner_text()
    page.get_by_label("Requests", exact=True).fill("60,000")
    expect(page.locator("#said")).not_to_have_text("")
    link, changed = page.get_by_label("Link to these numbers").input_value(), page.locator("#headline").inner_text()
    page.reload()

    assert fragment(page) == link.partition("#")[2]
    headline(page).to_have_text(changed)
    assert changed != told
    expect(page.get_by_label("Requests", exact=True)).to_have_value("60,000")
    expect(page.get_by_label("Hidden reasoning on top of the output", exact=True)).to_have_value("10-20%")
    expect(page.get_by_label("An answer may take")).to_have_value("3600")


def test_the_way_past_the_form_loses_nothing(opened: Opened) -> None:
    page = opened()
    page.get_by_label("Requests", exact=True).fill("1M")
    page.get_by_role("link", name="Skip to the results").press("Enter")

    headline(page).to_contain_text("$3,600")
    assert page.evaluate("document.activeElement.id") == "results"


def test_what_a_link_has_that_cannot_be_used_is_named_and_the_rest_is_taken(opened: Opened) -> None:
    page = opened("#model=nobody/knows&model=openai/gpt-5&n=<b>lots</b>&in=1000&per=fortnight&nothing=1")

    expect(page.locator("#problems p")).to_have_text(
        [
            'model in the link is "nobody/knows": no price list here has it; it is left out',
            'n in the link is "<b>lots</b>": no number; 10,000 is taken',
            'nothing in the link is "1": nothing here is called so',
            'per in the link is "fortnight": no period; day is taken',
        ]
    )
    assert page.locator("#problems b").count() == 0
    expect(page.get_by_label("Input tokens of each", exact=True)).to_have_value("1,000")
    expect(page.get_by_role("list", name="Models that are compared")).to_contain_text("openai/gpt-5")


def test_tab_goes_through_everything_in_the_order_in_which_it_is_read(opened: Opened) -> None:
    page = opened(MIXED)
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        where = page.evaluate(
            """() => {
              const at = document.activeElement;
              if (!at || at === document.body) return null;
              const box = at.getBoundingClientRect(), style = getComputedStyle(at.closest(".case") ?? at);
              const shown = box.width > 0 && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
              const header = document.querySelector("#headline").getBoundingClientRect();
              const covered = getComputedStyle(document.querySelector("#headline")).position === "sticky"
                && header.top <= 0 && box.bottom > 0 && box.bottom <= header.bottom;
              return [at.id || at.getAttribute("aria-label") || at.textContent.trim(), shown && !covered];
            }"""
        )
        if where is None:
            break
        assert where[1], f"{where[0]} has the focus, and nobody can see it"
        seen.append(where[0])

    assert seen[:3] == ["Skip to the results", "case-own", "key-anthropic-claude-3-5-sonnet"]
    order = ["model-search", "n", "in", "out", "waits", "days", "cost-table", "within", "time-table", "link", "Print"]
    assert [name for name in seen if name in order] == order
    assert seen[-2:] == ["How it is reckoned, step by step", "The prices, their dates and sources"]


def test_prices_that_nobody_has_looked_at_for_long_are_marked_whenever_the_file_is_opened(opened: Opened) -> None:
    page = opened()
    assert page.locator(".stale").count() == 0
    later = opened(day=NOON + datetime.timedelta(days=200))
    later.get_by_text("The prices, their dates and sources").click()

    expect(later.locator("#prices .stale")).to_have_count(2)  # real time and batch; flex is unknown
    expect(later.locator("#prices")).to_contain_text("21 Nov 2026")
    expect(later.locator("#picker .stale")).to_have_count(3)
    expect(later.get_by_label("gpt-4o-mini balanced, checked 21 Nov 2026")).to_be_checked()
    expect(later.locator("#edition")).to_contain_text("200 days old: make the page anew")
    expect(later.locator("#notes")).to_contain_text(
        "nobody is known to have looked at the price in realtime, batch within 90 days"
    )


def test_on_paper_everything_is_unfolded_and_no_controls_are_left(opened: Opened) -> None:
    page = opened(MIXED)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(page.locator("#steps li").first).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("slider").first).to_be_hidden()


def test_nothing_reaches_over_the_edge(opened: Opened) -> None:
    page = opened(MIXED)
    for width in (320, 375, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        room = page.evaluate("document.querySelector('#cost-chart').clientWidth")
        expect(page.locator(f"#cost-chart svg[width='{room}']")).to_be_visible()  # drawn anew, for this width

        assert page.evaluate("document.documentElement.scrollWidth") == width
        reach = "[...document.querySelectorAll('.chart text')].map((text) => text.getBoundingClientRect().right)"
        edge = page.evaluate("document.querySelector('.chart').getBoundingClientRect().right")
        assert max(page.evaluate(reach)) <= edge + 1
