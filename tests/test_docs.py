"""The pages of docs/ agree with the code: those that are drawn from it, and what the others say about it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest
from scripts import draw_docs

from bide.core import states
from bide.settings import Settings
from bide.settings.section import Section

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

WRITTEN = (
    "advise.md",
    "anthropic-clients.md",
    "api.md",
    "architecture.md",
    "audit-formats.md",
    "audit.md",
    "batches.md",
    "cache.md",
    "calculator.md",
    "conformance.md",
    "deadlines.md",
    "explain.md",
    "forecast.md",
    "formats.md",
    "gateway.md",
    "keys.md",
    "library.md",
    "objects.md",
    "operation.md",
    "report.md",
    "security.md",
    "tokens.md",
    "webhooks.md",
    "whatif.md",
)


PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *sorted(str(one.relative_to(ROOT)) for one in DOCS.rglob("*.md")),
)
"""Every page that people read, by its path."""


def settings_of(prefix: str = "", section: type[Section] = Settings) -> set[str]:
    """The dotted names of all settings."""
    found: set[str] = set()
    for field in msgspec.structs.fields(section):
        name = f"{prefix}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, Section):
            found |= settings_of(f"{name}.", field.type)
        else:
            found.add(name)
    return found


@pytest.mark.parametrize("page", draw_docs.PAGES)
def test_a_drawn_page_is_as_it_would_be_drawn_now(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == draw_docs.PAGES[page](), "run `make docs`"


def test_a_stale_page_is_told_and_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(draw_docs, "DOCS", tmp_path)
    draw_docs.main([])
    (tmp_path / "states.md").write_text("something older")
    (tmp_path / "commands.md").unlink()

    assert draw_docs.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert "docs/states.md is stale" in told
    assert "docs/commands.md is stale" in told
    assert draw_docs.main([]) == 0
    assert draw_docs.main(["--check"]) == 0
    assert (tmp_path / "states.md").read_text("utf-8") == draw_docs.states_page()


def test_the_script_runs_by_itself() -> None:
    assert (
        subprocess.run([sys.executable, str(ROOT / "scripts" / "draw_docs.py"), "--check"], check=False).returncode == 0
    )


@pytest.mark.parametrize("noun", states.MOVES)
def test_every_state_is_explained_and_every_move_drawn(noun: str) -> None:
    kind, moves = states.MOVES[noun]
    page = (DOCS / "states.md").read_text("utf-8").partition(f"## {noun.capitalize()}\n")[2].partition("\n## ")[0]

    for state in kind:
        assert re.search(rf"\| `{state}` \| \w.+ \| \S+", page)
    arrows = {tuple(line.split(" --> ")) for line in re.findall(r"^    (\w+ --> \w+)$", page, re.MULTILINE)}
    assert arrows == {(str(state), str(target)) for state, targets in moves.items() for target in targets}


@pytest.mark.parametrize("page", WRITTEN)
def test_every_module_a_page_names_is_there(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    named = set(re.findall(r"`((?:src|tests|scripts|docs|examples)/[\w./-]*)`", text)) | {"docs"}

    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def anchors(page: Path) -> set[str]:
    """The names under which a page's headings are linked to."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE))
    return {one.strip().replace(" ", "-") for one in words}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_and_heading_a_page_links_to_is_there(page: str) -> None:
    here = ROOT / page
    for link, heading in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)", here.read_text("utf-8")):
        there = here.parent / link if link else here
        assert there.exists(), link
        assert not heading or there.suffix != ".md" or heading in anchors(there), f"{link}#{heading}"


def test_every_decision_has_a_row_of_the_table() -> None:
    pages = sorted(path.name for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")
    table = (DOCS / "decisions" / "README.md").read_text("utf-8")

    assert re.findall(r"^\| \[[^]]+\]\(([^)]+)\) \| \S", table, re.MULTILINE) == pages, "a row each, by name"


def test_every_dependency_has_a_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[^\w.-]", one)[0].lower() for one in wanted}
    decided = " ".join(path.read_text("utf-8").lower() for path in (DOCS / "decisions").glob("*.md"))

    assert sorted(name for name in names if not re.search(rf"\b{re.escape(name)}\b", decided)) == []


def test_every_setting_a_page_names_has_that_default() -> None:
    """The tables of docs/deadlines.md: ``| `name` | default | … |``."""
    from bide.config import load

    shown = {value.name: value.value for value in load({"BIDE_HOME": str(ROOT / "nowhere")}).values()}
    rows = re.findall(
        r"^\| `([a-z_]+\.[a-z_]+)` \| `([^`]+)` \|", (DOCS / "deadlines.md").read_text("utf-8"), re.MULTILINE
    )

    assert {name for name, _ in rows} <= settings_of()
    mine = {name for name in settings_of() if name.startswith(("deadline.", "gather.", "realtime.", "engine."))}
    assert mine <= {name for name, _ in rows}
    assert [(name, default) for name, default in rows if shown[name] != default] == []


def test_every_setting_of_an_account_that_the_page_names_is_there() -> None:
    """Its rows ``| `providers.NAME.window` | … |``, of which one may name several."""
    from bide.settings import ProviderSettings

    rows = re.findall(r"^\| `providers\.NAME\.([^|]+) \|", (DOCS / "deadlines.md").read_text("utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"[a-z_]+", row)}

    assert (
        {"requests_per_minute", "enqueued_tokens", "window", "flex"} <= named <= set(ProviderSettings.__struct_fields__)
    )
