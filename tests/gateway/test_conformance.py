"""`llm-comply` judges the gateway by the published specs, over a provider of each protocol. docs/conformance.md has the exceptions."""

import asyncio
import re
from pathlib import Path
from typing import Any

import llm_comply
import pytest
from llm_comply.config import ComplianceConfig
from llm_comply.runner import TestRunner as Runner
from llm_comply.schema import SpecLoader
from llm_comply.tests import get_tests

from tests.gateway.place import Place

pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")  # llm-comply's own

GPT, CLAUDE = "gpt-4.1-mini", "claude-sonnet-4-6"

SPECS = {"openai-chat": "openai_chat.json", "open-responses": "openresponses.json", "anthropic": "anthropic.json"}
"""The sets of tests, and the spec that each of them reads."""

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"


def exceptions() -> set[tuple[str, str, str, str]]:
    """The rows of the page's table: a set of tests, the model that is asked, a test, and what comes of it."""
    row = re.compile(r"^\| `([\w-]+)` \| `([\w.-]+)` \| `([\w-]+)` \| (\w+) \| \w.+ \|$", re.MULTILINE)
    return {(found[1], found[2], found[3], found[4]) for found in row.finditer(PAGE.read_text("utf-8"))}


def judged(url: str, kind: str, model: str) -> dict[str, Any]:
    """What came of each test."""
    config = ComplianceConfig(
        base_url=f"{url}/v1",
        api_key="none",
        model=model,
        auth_header="x-api-key" if kind == "anthropic" else "Authorization",
        use_bearer_prefix=kind != "anthropic",
        extra_headers={"anthropic-version": "2023-06-01"} if kind == "anthropic" else None,
    )
    spec = SpecLoader(str(Path(llm_comply.__file__).parent / "specs" / SPECS[kind]))
    return {one.id: one for one in Runner(config, get_tests(kind), spec).run_all().results}


@pytest.mark.parametrize("model", [GPT, CLAUDE])
@pytest.mark.parametrize("kind", SPECS)
async def test_the_specs_are_kept(at: Place, kind: str, model: str) -> None:
    results = await asyncio.to_thread(judged, at.url, kind, model)
    assert {name: one.errors for name, one in results.items() if one.status.value == "failed"} == {}
    found = {(kind, model, name, "warned") for name, one in results.items() if one.warnings}
    found |= {(kind, model, name, "skipped") for name, one in results.items() if one.status.value == "skipped"}
    assert found == {one for one in exceptions() if one[:2] == (kind, model)}
    assert sum(one.status.value == "passed" for one in results.values()) >= 8


def test_every_exception_is_of_a_test_that_there_is() -> None:
    known = {(kind, test.id) for kind in SPECS for test in get_tests(kind)}
    assert {(kind, name) for kind, _, name, _ in exceptions()} <= known
