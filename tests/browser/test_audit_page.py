"""The page of an audit in a browser, from the disk and without a network: nothing serious for axe, nothing wider than a phone, nothing asked for."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bide.audit.views.page.report import page as page_of
from tests.audit.given import audited
from tests.audit.planted import mix
from tests.audit.views.test_page import evil
from tests.browser.chromium import watch
from tests.browser.test_axe import GRAVE, violations


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the planted mix, with names in it that are attacks."""
    path = tmp_path_factory.mktemp("audit") / "audit.html"
    path.write_text(page_of(audited(sorted([*mix(), *evil()], key=lambda row: row.at))), "utf-8")
    return path


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"color_scheme": "light"}, id="light"),
        pytest.param({"color_scheme": "dark", "viewport": {"width": 375, "height": 812}}, id="dark, phone"),
    ],
)
def test_it_can_be_read(browser: Browser, written: Path, options: dict[str, Any]) -> None:
    context = browser.new_context(offline=True, bypass_csp=True, **options)  # axe is a script; the page allows none
    page = context.new_page()
    watched = watch(page)
    page.goto(written.as_uri())
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")

    grave = [one for one in violations(page) if one["impact"] in GRAVE]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in grave] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.get_by_text("ticket-summaries").first.is_visible()
    assert (watched.complaints, watched.requests) == ([], [written.as_uri()])
    context.close()
