"""The page that is part of the package is what its sources build to."""

from pathlib import Path

from tests.web.node import WEB, installed, run

PAGE = WEB.parent / "src" / "bide" / "static" / "calculator.html"


def test_the_page_is_built_from_its_sources(tmp_path: Path) -> None:
    installed()
    run("node", "build.mjs", tmp_path / "page.html")

    assert (tmp_path / "page.html").read_bytes() == PAGE.read_bytes(), "run node web/build.mjs"


def test_it_names_whose_work_is_in_it() -> None:
    page = PAGE.read_text("utf-8")

    assert "Copyright (c) 2025 Robert Eisele" in page
    assert "Permission is hereby granted" in page
