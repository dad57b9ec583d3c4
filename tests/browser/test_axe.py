"""axe finds nothing serious in the page: in light and in dark, at the width of a phone, with everything unfolded."""

from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Opened
from tests.browser.test_page import MIXED

GRAVE = ("serious", "critical")


def violations(page: Page, **options: Any) -> list[dict[str, Any]]:
    """What axe finds; it says nothing about its types."""
    return cast(Any, Axe()).run(page, options={"resultTypes": ["violations"], **options}).response["violations"]


@pytest.mark.parametrize(
    ("options", "fragment"),
    [
        pytest.param({"color_scheme": "light"}, "", id="light"),
        pytest.param({"color_scheme": "dark"}, MIXED, id="dark"),
        pytest.param({"color_scheme": "light", "viewport": {"width": 375, "height": 812}}, MIXED, id="phone"),
    ],
)
def test_axe_finds_nothing_serious(opened: Opened, options: dict[str, Any], fragment: str) -> None:
    page = opened(fragment, reduced_motion="reduce", **options)
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    page.get_by_label("Input tokens of each", exact=True).fill("many")  # a marked number and its problem, too
    page.get_by_role("combobox", name="Any other model").focus()  # and the list of models

    grave = [one for one in violations(page) if one["impact"] in GRAVE]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in grave] == []


def test_axe_would_find_what_is_wrong(opened: Opened) -> None:
    page = opened()
    page.evaluate("document.querySelector('label[for=n]').remove()")

    assert "label" in [one["id"] for one in violations(page, runOnly=["label"])]
