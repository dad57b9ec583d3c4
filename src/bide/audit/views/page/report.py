"""The page: figures, plan, what could wait, workflows, what is not known, and what all of it rests on."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from importlib import resources

from bide.audit.evidence.patience import HORIZONS
from bide.audit.plan.audit import Audit
from bide.audit.views.page.document import Element, element, scrolling, written
from bide.audit.views.page.drawing import bar, spent
from bide.audit.views.page.steps import plan, typed
from bide.audit.views.page.workflows import SHARES, key, workflows
from bide.audit.views.rendering import per_million
from bide.audit.views.wording import LANES, bills, facts, gaps, headline, money, part, plain

TITLE = "What the LLM calls cost, and what need not be paid"

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Nothing is loaded and nothing runs, whatever stands in a name."""

COLOURS: Mapping[str, str] = dict(zip(HORIZONS, ("soon", "minutes", "later", "latest", "nobody"), strict=True))


def page(of: Audit) -> str:
    """The whole file."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", **{"http-equiv": "Content-Security-Policy"}, content=POLICY),
        element("meta", name="referrer", content="no-referrer"),
        element("title", TITLE),
        element("style", resources.files("bide.audit.views.page").joinpath("style.css").read_text("utf-8")),
    )
    main = element("main", *_top(of), *plan(of), *_waits(of), workflows(of), *_bills(of), *_gaps(of), _grounds(of))
    return written(element("html", head, element("body", main), lang="en"))


def _top(of: Audit) -> Iterator[Element]:
    first, *others = headline(of)
    yield element("h1", TITLE)
    yield element("p", first, class_="lead")
    for line in others:
        yield element("p", line)
    tiles = [
        ("a month now", money(of.now), "", ""),
        ("need not be paid", money(of.sure), part(of.sure, of.now), "good"),
        ("perhaps, if confirmed", money(of.planned("ask")), part(of.planned("ask"), of.now), ""),
        ("saved already", money(of.captured), "", ""),
    ]
    shown = [tile for tile in tiles if tile[1] != "unknown"]
    yield element(
        "ul",
        *(
            element("li", element("strong", value), f"{name}{f', {share}' if share else ''}", class_=kind)
            for name, value, share, kind in shown
        ),
        class_="tiles",
    )
    if of.now is not None and of.plan:
        says = f"Of {money(of.now)} a month {money(of.left)} stays after what can be done first"
        drawn = spent(of.now, of.left, max(of.now.bounds), says)
        drawn.set("class", "bar wide")
        yield element("figure", drawn, element("figcaption", f"{says}."), class_="whole")
        yield key(SHARES)


def _waits(of: Audit) -> Iterator[Element]:
    waits, whole = of.waits(), of.now
    if not waits or whole is None or not max(whole.bounds):
        return
    total = sum((max(money_.bounds) for _, money_ in waits), Fraction(0))
    texts = [f"{word} {money(value)} ({part(value, whole)})" for word, value in waits]
    drawn = bar([(COLOURS[word], max(value.bounds) / total) for word, value in waits], "; ".join(texts))
    drawn.set("class", "bar wide")
    yield element(
        "section",
        element("h2", "How long the work could wait, in money"),
        drawn,
        key(tuple((COLOURS[word], text) for (word, _), text in zip(waits, texts, strict=True))),
        element(
            "p",
            "Guessed from what was seen: streaming, what followed a call, when requests come. Each workflow below has its reasons.",
            class_="small quiet",
        ),
    )


def _bills(of: Audit) -> Iterator[Element]:
    if of.bills:
        yield element(
            "section",
            element("h2", "Bills"),
            _table(("provider", "billed, a month", "the usage by the price list"), bills(of), (1, 2)),
        )


def _gaps(of: Audit) -> Iterator[Element]:
    if of.gaps:
        columns = ("what rows do not say", "rows", "so", "what would make it known")
        yield element("section", element("h2", "Not known"), _table(columns, gaps(of), (1,)))


def _grounds(of: Audit) -> Element:
    kinds = ("input", "cached", "cache_write", "output")
    rows = [
        (
            plain(one.model),
            LANES[one.lane],
            *(_price(per_million(one.price)[kind]) for kind in kinds),
            one.price.source,
            one.price.confidence,
            f"{one.checked_on or 'unknown'}{', stale' if one.stale else ''}",
        )
        for one in of.prices
    ]
    columns = ("model", "lane", "in", "cached", "written", "out", "source", "confidence", "checked on")
    return element(
        "section",
        element("h2", "What the figures rest on"),
        element("ul", *(element("li", f"{name}: {plain(text, 2_000)}") for name, text in facts(of)), class_="plain"),
        element("ul", *(element("li", plain(note, 600)) for note in of.notes), class_="plain") if of.notes else None,
        element("h3", f"Prices of {of.basis.pricing.day}, USD per million tokens"),
        _table(columns, rows, (2, 3, 4, 5)),
    )


def _price(value: str | dict[str, str] | None) -> str:
    if value is None:
        return "unknown"
    return value if isinstance(value, str) else f"{value['low']} – {value['high']}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> Element:
    def cell(tag: str, index: int, text: str) -> Element:
        made = element(tag, *typed(text), **({"class_": "number"} if index in numbers else {}))
        if tag == "th":
            made.set("scope", "col")
        return made

    head = element("tr", *(cell("th", index, name) for index, name in enumerate(columns)))
    body = (element("tr", *(cell("td", index, text) for index, text in enumerate(row))) for row in rows)
    return scrolling(element("table", element("thead", head), element("tbody", *body)), f"A table by {columns[0]}")
