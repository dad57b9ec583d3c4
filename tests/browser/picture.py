"""The picture of the page in docs/calculator.md.

.venv/bin/python -m tests.browser.picture    # take it anew
"""

import datetime
import tempfile
from pathlib import Path

from bide.advise.page.contents import contents
from bide.advise.page.document import document
from bide.ledger.prices import Prices
from tests.browser.chromium import chromium

PICTURE = Path(__file__).parents[2] / "docs" / "calculator.png"

NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)

SHOWN = (
    "#case=recommendations&model=openai/gpt-5&model=anthropic/claude-sonnet-4-6&per=day&within=86400&text=each"
    "&n=52000&in=1200&out=800&cached=0%25&answered=0%25&compression=0%25&reasoning=0%25&waits=96%25&days=30"
)


def main() -> None:
    """Take it: the use cases, the numbers and the costs."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        page_file = Path(folder) / "calculator.html"
        page_file.write_bytes(document(contents(Prices(), NOON.date())))
        page = browser.new_page(viewport={"width": 1240, "height": 1010}, device_scale_factor=0.75, offline=True)
        page.clock.set_fixed_time(NOON)
        page.goto(page_file.as_uri() + SHOWN)
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
