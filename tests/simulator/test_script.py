"""Scripts: what they may say, and what is said about those that cannot be used."""

from pathlib import Path

import pytest

from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.errors import SettingError
from bide.simulator.chance import Spread
from bide.simulator.script import Script, load_script, parse_script, presets

EXAMPLES = Path(__file__).parents[2] / "examples" / "scripts"
DOCUMENT = Path(__file__).parents[2] / "docs" / "simulator.md"


@pytest.mark.parametrize("name", presets())
def test_every_preset_can_be_used_and_is_in_the_document(name: str) -> None:
    assert load_script(name) != Script()
    assert f"`{name}`" in DOCUMENT.read_text()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_can_be_used(path: Path) -> None:
    assert load_script(str(path)) != Script()


def test_every_piece_of_script_in_the_document_can_be_used() -> None:
    pieces = [piece.partition("```")[0] for piece in DOCUMENT.read_text().split("```toml\n")[1:]]
    assert len(pieces) >= 5
    for piece in pieces:
        assert parse_script(piece) != Script()


def test_the_document_s_example_of_a_run_in_process_runs() -> None:
    [piece] = [
        text.partition("```")[0] for text in DOCUMENT.read_text().split("```python\n") if "ManualClock()" in text
    ]
    names: dict[str, object] = {}
    exec(piece, names)
    assert names["transport"]


def test_the_values_of_a_script() -> None:
    script = parse_script(
        """
        [batch]
        turnaround = {median = "7m", sigma = 1.68, most = "23h", common = 0.5}
        cancelling = "never"
        window = "1h30m"

        [[when]]
        nth = [2, 3]
        model = "gpt-6-luna"
        from = "1h"
        expires = 0.5

        [[outage]]
        from = "34h"
        to = "44h"
        stops = ["batches"]

        [[limit]]
        model = "gpt-6-luna"
        requests = 15
        """
    )
    assert script.batch.turnaround == Spread(7 * MINUTE, 1.68, 23 * HOUR, 0.5)
    assert script.batch.cancelling is None
    assert script.batch.window == 90 * MINUTE
    [rule] = script.when
    assert (rule.when.nth, rule.when.model, rule.when.from_) == ((2, 3), "gpt-6-luna", HOUR)
    assert rule.then == {"expires": 0.5}
    assert (script.outage[0].from_, script.outage[0].to, script.outage[0].stops) == (34 * HOUR, 44 * HOUR, ("batches",))
    assert script.limit[0].requests == 15
    assert script.files.input_life == 30 * DAY


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("\n[batch]\nturnarund = '1h'", ["[batch] (line 2)", "'turnarund'", "'turnaround'"], id="key"),
        pytest.param("[btch]\n", ["'btch'", "did you mean 'batch'?"], id="section"),
        pytest.param("[batch]\nxyz = 1", ["known are", "turnaround"], id="nothing like it"),
        pytest.param("[batch]\nwindow = 30", ["window = 30", "90s"], id="a duration as a number"),
        pytest.param("[batch]\nwindow = '3 ages'", ["3 ages", "1h30m"], id="no duration"),
        pytest.param("[batch]\nexpires = 1.5", ["expires", "0 to 1"], id="a share above 1"),
        pytest.param("[batch]\nshuffled = 1", ["true or false"], id="no flag"),
        pytest.param("[batch]\nstuck = 'done'", ["validating, in_progress, finalizing"], id="not one of the words"),
        pytest.param("[batch]\nturnaround = {medan = '1h'}", ["has a median"], id="in a drawn value"),
        pytest.param("[batch]\nfails = {message = 'x'}", ["needs code"], id="missing in a table"),
        pytest.param("[[fault]]\nsite = 'create'", ["[[fault]] (line 1)", "needs kind"], id="missing"),
        pytest.param(
            "[[fault]]\nsite='create'\nkind='busy'\nnth=1\n[[fault]]\nsite='creat'\nkind='busy'",
            ["[[fault]] (line 5)", "'creat'", "create"],
            id="the second of a list",
        ),
        pytest.param("[[fault]]\nsite='create'\nkind='busy'\nnth=0", ["number 1"], id="counted from 0"),
        pytest.param("[[fault]]\nsite='create'\nkind='busy'", ["nth", "rate"], id="a fault that never strikes"),
        pytest.param("[fault]\nsite='create'", ["write [[fault]]"], id="not a list"),
        pytest.param("[[when]]\nnth = 1", ["what is different"], id="a rule without effect"),
        pytest.param("[[when]]\nhours = [8]\nexpires = 0.5", ["[12, 20]"], id="one hour"),
        pytest.param("batch = 3", ["[batch]", "table"], id="no table"),
        pytest.param("[batch\n", ["line 1"], id="no TOML"),
    ],
)
def test_a_script_that_cannot_be_used_says_where_and_why(text: str, words: list[str]) -> None:
    with pytest.raises(SettingError) as refused:
        parse_script(text, "mine.toml")
    for word in ["mine.toml", *words]:
        assert word in str(refused.value)


def test_an_unknown_name_lists_the_presets() -> None:
    with pytest.raises(SettingError, match=r"expire-half.*measured"):
        load_script("nosuch")


def test_fast_takes_no_time() -> None:
    script = parse_script("[speed]\nfast = true\n[batch]\nexpires = 0.5")
    assert script == parse_script("[batch]\nexpires = 0.5").hurried()
    assert script.batch.turnaround == script.realtime.latency == Spread(0)
    assert script.batch.expires == 0.5
