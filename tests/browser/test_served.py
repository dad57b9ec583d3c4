"""The page as the gateway serves it, in a browser: under the policy of the answer's head as well."""

import asyncio
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import watch
from tests.gateway.place import place
from tests.patience import PATIENCE


@pytest.fixture
def url(tmp_path: Path) -> Generator[str]:
    """Where a gateway listens, in a thread of its own: the browser is driven from this one."""
    found: list[str] = []
    listens, done = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with place(tmp_path) as at:
            found.append(at.url)
            listens.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert listens.wait(PATIENCE)
    yield found[0]
    loop.call_soon_threadsafe(done.set)
    thread.join()
    loop.close()


def test_it_reckons_under_the_gateways_policy_and_asks_for_nothing_more(browser: Browser, url: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    watched = watch(page)
    with page.expect_response("**/calculator") as answer:
        page.goto(f"{url}/calculator#case=own&model=openai/gpt-4o-mini&n=1000&in=1000&out=1000&per=day&waits=50%25")

    assert "script-src 'sha256-" in answer.value.headers["content-security-policy"]
    expect(page.locator("#headline")).to_contain_text("$16.88 a month as a hybrid instead of $22.50")
    assert watched.complaints == []
    assert [one for one in watched.requests if not one.startswith("data:")] == [answer.value.url]
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.run = 1\">')")
    assert page.evaluate("window.run") is None
    context.close()
