"""One Chromium for all tests of a process, and pages in it that notice whatever goes wrong or out."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.patience import PATIENCE

SILENT = (
    "--no-sandbox",  # it runs as root in CI
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
)
"""What keeps it from asking anybody anything by itself."""

LONGEST = PATIENCE * 1_000
"""Milliseconds after which something that should be on the page is missed."""


@contextmanager
def chromium() -> Generator[Browser]:
    """A browser. Skips where there is none and it cannot be installed; fails in CI."""
    found = shutil.which("chromium")
    if found is None:
        missing = "Chromium is not installed; `scripts/chromium` does it as root where there is apt-get"
        if os.environ.get("BIDE_SKIP_NOTHING"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        expect.set_options(timeout=LONGEST)
        browser = playwright.chromium.launch(executable_path=found, args=SILENT, timeout=LONGEST)
        yield browser
        browser.close()


@dataclass
class Watched:
    """What a page asked for over the network, and what it complained of."""

    requests: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])


def watch(page: Page) -> Watched:
    """Watch a page from now on."""
    watched = Watched()
    page.set_default_timeout(LONGEST)
    page.on("request", lambda request: watched.requests.append(request.url))
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: watched.complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    return watched
