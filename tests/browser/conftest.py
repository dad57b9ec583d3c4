"""The exported page in a browser, on a day that does not change."""

import datetime
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bide.advise.page.contents import contents
from bide.advise.page.document import document
from bide.ledger.prices import Prices
from tests.browser.chromium import chromium, watch

DAY = datetime.date(2026, 11, 21)
NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
Opened = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Generator[Browser]:
    """One for all of these tests, and gone after them: Playwright's loop runs for as long as it is there, and no other may then."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as `bide calculator export` writes it, by the prices of a day."""
    path = tmp_path_factory.mktemp("page") / "calculator.html"
    path.write_bytes(document(contents(Prices(), DAY)))
    return path


@pytest.fixture
def opened(browser: Browser, exported: Path) -> Generator[Opened]:
    """Opens the page from the disk, without a network; after the test nothing may have gone wrong or out."""
    closing: list[Callable[[], None]] = []

    def open_page(fragment: str = "", *, day: datetime.datetime = NOON, **options: Any) -> Page:
        context = browser.new_context(offline=True, locale="en-US", **options)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        watched = watch(page)
        page.clock.set_fixed_time(day)
        page.goto(exported.as_uri() + fragment)

        def close() -> None:
            context.close()
            assert watched.complaints == []
            assert {url.partition("#")[0] for url in watched.requests if not url.startswith(("data:", "blob:"))} == {
                exported.as_uri()
            }

        closing.append(close)
        return page

    yield open_page
    for close in closing:
        close()
