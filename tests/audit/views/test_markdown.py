"""An audit as Markdown."""

import pytest
from tests.audit.given import audited
from tests.audit.planted import mix
from tests.audit.views.test_page import evil

from bide.audit.views.markdown import escaped, markdown, marked


def test_it_says_what_was_found() -> None:
    text = markdown(audited(sorted(mix(), key=lambda row: row.at)))

    assert "## Do this first: \\$44.25 – \\$54.63 a month" in text
    assert "1. **ticket-summaries**: move to batches, \\$27.00 a month (24 %), strong evidence" in text
    assert "send it with `Bide-Within: 8h`" in text
    assert "send `metadata.bide_workflow`, or tag calls" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count(" | ") for line in tables if "ticket-summaries" in line} == {6}


def test_what_stands_in_a_log_is_text() -> None:
    text = markdown(audited(evil()))

    assert "<" not in text
    assert "&#60;script&#62;" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a\\|b"),
        ("*x*", "\\*x\\*"),
        ("a-b (c) #1", "a-b (c) #1"),
        ("`x`", "\\`x\\`"),
        ("[a](b)", "\\[a\\](b)"),
        ("a\nb", "a�b"),
    ],
)
def test_marks_are_no_marks(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_what_is_typed_stays_typed() -> None:
    assert marked("send `Bide-Within: 8h` in [x]") == "send `Bide-Within: 8h` in \\[x\\]"
    assert marked("`<script>`") == "\\`&#60;script&#62;\\`"
