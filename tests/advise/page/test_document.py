"""The page as one file: its policy fits what is in it, and contents can do no harm."""

import base64
import datetime
import hashlib
import json
import re

import msgspec
import pytest

from bide.advise.page.contents import Contents, contents
from bide.advise.page.document import document, policy
from bide.ledger.prices import Prices

DAY = datetime.date(2026, 11, 21)


@pytest.fixture(scope="module")
def known() -> Contents:
    return contents(Prices(), DAY)


def test_the_policy_lets_run_what_is_in_the_page_and_nothing_else(known: Contents) -> None:
    page = document(known).decode()
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert (len(scripts), len(styles)) == (1, 1)
    assert policy() == (
        f"default-src 'none'; script-src {hashed(scripts[0])}; style-src {hashed(styles[0])}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def test_it_needs_no_other_file_and_has_no_handlers_in_its_markup(known: Contents) -> None:
    markup = re.sub(r"(?s)<(script|style)\b[^>]*>.*?</\1>", "", document(known).decode())

    assert re.findall(r"""\s(?:src|href)=["'](?!#|data:)""", markup) == []
    assert re.findall(r"\s(?:on\w+|style)=", markup) == []


def test_no_text_of_the_contents_ends_its_block(known: Contents) -> None:
    hostile = "</script><script>alert(1)</script><!--"
    cases = (msgspec.structs.replace(known.use_cases[0], title=hostile), *known.use_cases[1:])
    page = document(msgspec.structs.replace(known, use_cases=cases)).decode()
    block = page.partition('id="contents">')[2].partition("</script>")[0]

    assert json.loads(block)["use_cases"][0]["title"] == hostile
    assert "alert(1)" not in block.replace("\\u003cscript>alert(1)", "")


def test_the_models_of_the_widget_are_priced_and_called_retired_where_they_are(known: Contents) -> None:
    rows = {f"{row.provider}/{row.model}": row for row in known.catalogue.models}
    told = [(one.tier, rows[one.name].standard is not None, rows[one.name].retired) for one in known.key_models]

    assert [tier for tier, priced, _ in told if priced] == ["general", "balanced", "throughput"]
    assert [tier for tier, _, retired in told if retired is not None and retired.past] == ["general", "throughput"]
