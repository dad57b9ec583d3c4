"""In a frame: nobody is told anything who has not asked, and who has is told what happens in the page, and nothing else."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import watch

HOST = """<!doctype html><title>host</title><iframe src="calculator.html" width="900" height="600"></iframe>
<script>
  heard = [];
  addEventListener("message", (event) => heard.push(event.data));
  ask = (message) => document.querySelector("iframe").contentWindow.postMessage(message, "*");
</script>"""

SLIDER = "input[aria-label='Requests, slider']"


def heard(page: Page) -> list[Any]:
    return page.evaluate("heard")


def test_a_page_around_it_is_told_what_it_asked_for_until_it_wants_no_more(browser: Browser, exported: Path) -> None:
    (exported.parent / "host.html").write_text(HOST)
    context = browser.new_context(offline=True)
    page = context.new_page()
    watched = watch(page)
    page.goto((exported.parent / "host.html").as_uri())
    frame = page.frame_locator("iframe")

    frame.locator(SLIDER).press("ArrowRight")
    expect(frame.locator("#said")).to_contain_text("$86.40")  # by then it would have been told
    assert heard(page) == []

    page.evaluate("ask({ type: 'bide:subscribe', metrics: ['calculated_monthly_cost'] })")
    page.wait_for_function("heard.length === 1")
    frame.locator(SLIDER).press("ArrowRight")
    page.wait_for_function("heard.length === 2")
    told = heard(page)
    assert {one["type"] for one in told} == {"bide:calculated_monthly_cost"}
    assert [one["detail"][0] for one in told] == [
        {"model": "openai/gpt-4o-mini", "lane": "realtime", "usd": "86.4"},
        {"model": "openai/gpt-4o-mini", "lane": "realtime", "usd": "108"},
    ]
    assert {"model": "openai/gpt-4o-mini", "lane": "flex", "usd": None} in told[0]["detail"]

    page.evaluate("ask({ type: 'bide:unsubscribe' })")
    frame.locator(SLIDER).press("ArrowRight")
    expect(frame.locator("#said")).to_contain_text("$144.00")
    assert len(heard(page)) == 2
    page.evaluate("ask({ type: 'bide:subscribe' })")
    page.wait_for_function("heard.length === 5")
    assert {one["type"] for one in heard(page)[2:]} == {
        "bide:user_selections",
        "bide:calculated_monthly_cost",
        "bide:comparison_delta",
    }
    assert watched.complaints == []
    context.close()


def test_the_pages_own_document_has_the_same_as_events(browser: Browser, exported: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    watched = watch(page)
    page.goto(exported.as_uri())
    page.evaluate(
        "window.heard = []; document.addEventListener('bide:comparison_delta', (event) => heard.push(event.detail))"
    )
    page.locator(SLIDER).press("ArrowRight")
    expect(page.locator("#said")).to_contain_text("$86.40")

    assert heard(page)[0][0] == {"model": "openai/gpt-4o-mini", "lane": "batch", "usd": "43.2", "share": "0.5"}
    assert watched.complaints == []
    context.close()


def test_another_window_than_the_one_around_it_is_not_heard(browser: Browser, exported: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    watched = watch(page)
    page.goto(exported.as_uri())
    page.evaluate("window.heard = []; addEventListener('message', (event) => heard.push(event.data))")
    page.evaluate("postMessage({ type: 'bide:subscribe' }, '*')")
    page.locator(SLIDER).press("ArrowRight")
    expect(page.locator("#said")).to_contain_text("$86.40")

    assert heard(page) == [{"type": "bide:subscribe"}]
    assert watched.complaints == []
    context.close()
