from pathlib import Path
from typing import Any

import pytest
from tests.lanes.given import NOW

from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.deadline import OnMiss
from bide.core.errors import BideError, DeadlineError, InputError, SettingError
from bide.delivery.shape import Format
from bide.intake.asked import Asked, file_request, one_of, parameter, variable, when
from bide.settings import DeadlineSettings, InputSettings, Settings

SETTINGS = Settings()


def asked(**options: Any) -> Asked:
    """`bide run tickets.jsonl`, with some options."""
    values: dict[str, Any] = dict.fromkeys(Asked.__slots__)
    values |= {"source": "tickets.jsonl", "variables": (), "parameters": (), "strict": False, "new": False}
    return Asked(**(values | options))


@pytest.mark.parametrize(
    ("options", "window", "priority", "source"),
    [
        pytest.param({}, DAY, None, "config", id="nobody says: the configured default"),
        pytest.param({"within": "8h"}, 8 * HOUR, None, "within", id="within"),
        pytest.param({"by": "2027-01-15T20:00Z"}, 12 * HOUR, None, "by", id="by"),
        pytest.param({"priority": "urgent"}, 0, "urgent", "priority", id="urgent"),
        pytest.param({"priority": "standard"}, 15 * MINUTE, "standard", "priority", id="standard"),
        pytest.param({"priority": "low"}, DAY, "low", "priority", id="low"),
    ],
)
def test_by_when(options: dict[str, Any], window: int, priority: str | None, source: str) -> None:
    assert when(asked(**options), SETTINGS, NOW) == (NOW + window, priority, source)


def test_the_default_deadline_is_a_setting() -> None:
    settings = Settings(deadline=DeadlineSettings(default="2h"))

    assert when(asked(), settings, NOW)[0] == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"within": "8h", "by": "06:00"}, "--within and --by both say how long it may take; keep one"),
        ({"by": "06:00", "priority": "low"}, "--by and --priority both say"),
        ({"priority": "soon"}, "--priority 'soon' is none of urgent, standard, low"),
        ({"within": "soon"}, "the deadline 'soon' is not understood; write 15m, 8h"),
    ],
)
def test_what_is_no_deadline(options: dict[str, Any], message: str) -> None:
    with pytest.raises((DeadlineError, SettingError)) as refused:
        when(asked(**options), SETTINGS, NOW)

    assert message in str(refused.value)


def test_one_of_a_few_words() -> None:
    assert one_of("--format", "csv", ("csv", "jsonl")) == "csv"
    with pytest.raises(SettingError, match="--format 'xml' is none of csv, jsonl"):
        one_of("--format", "xml", ("csv", "jsonl"))


def test_variables(tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text('["bug", "feature", 3]')
    (tmp_path / "rules.json").write_text('{"a": 1}\n')
    (tmp_path / "guide.txt").write_text("  Be kind.\n")

    assert variable("tone=kind=er") == ("tone", "kind=er")
    assert variable("empty=") == ("empty", "")
    assert variable(f"labels=@{tmp_path / 'labels.json'}") == ("labels", "bug, feature, 3")
    assert variable(f"rules=@{tmp_path / 'rules.json'}") == ("rules", '{"a": 1}')
    assert variable(f"guide=@{tmp_path / 'guide.txt'}") == ("guide", "Be kind.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tone", "--var tone has no value; write --var name=text"),
        ("tone=@nowhere.txt", "--var tone: nowhere.txt cannot be read"),
        ("labels=@bad.json", "--var labels: bad.json is not JSON"),
        ("labels=@latin.txt", "--var labels: latin.txt cannot be read"),
    ],
)
def test_what_is_no_variable(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text("[1,")
    (tmp_path / "latin.txt").write_bytes(b"Zo\xeb")

    with pytest.raises(InputError) as refused:
        variable(text)

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("temperature=0", 0),
        ("temperature=0.5", 0.5),
        ("stop=[1]", [1]),
        ("logprobs=true", True),
        ('user="7"', "7"),
        ("user=me", "me"),
        ("user=", ""),
        ("user=a=b", "a=b"),
    ],
)
def test_parameters_are_json_or_text(text: str, value: Any) -> None:
    name, found = parameter(text)

    assert (name, found, type(found)) == (text.partition("=")[0], value, type(value))


def test_a_parameter_without_a_value() -> None:
    with pytest.raises(InputError, match="--param temperature has no value; write --param name=value"):
        parameter("temperature")


def test_options_go_over_settings() -> None:
    settings = Settings(
        input=InputSettings(model="small", on_bad_line="skip"), deadline=DeadlineSettings(on_miss=OnMiss.LATE)
    )

    plain = file_request(asked(), settings, "local", NOW)
    said = file_request(asked(model="big", on_bad_line="stop", on_miss="expire"), settings, "local", NOW)

    assert (plain.defaults.model, plain.skip_bad_lines, plain.on_miss) == ("small", True, OnMiss.LATE)
    assert (said.defaults.model, said.skip_bad_lines, said.on_miss) == ("big", False, OnMiss.EXPIRE)


def test_how_the_input_is_read() -> None:
    request = file_request(asked(input_format="csv", delimiter=";", id_column="no"), SETTINGS, "local", NOW)

    assert (request.input_format, request.delimiter, request.defaults.id_column) == ("csv", ";", "no")


@pytest.mark.parametrize(("out", "expected"), [(None, None), ("-", None), ("answers.csv", Path("answers.csv"))])
def test_where_answers_go(
    out: str | None, expected: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert file_request(asked(out=out, output_format="csv"), SETTINGS, "local", NOW).output == expected
    assert file_request(asked(out=out, output_format="csv"), SETTINGS, "local", NOW).output_format is Format.CSV


@pytest.mark.parametrize(("text", "amount"), [("2.50", 2_500_000_000_000), ("$1", 10**12), (None, None)])
def test_the_most_it_may_cost(text: str | None, amount: int | None) -> None:
    assert file_request(asked(max_cost=text), SETTINGS, "local", NOW).max_cost == amount


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_cost": "much"}, "--max-cost 'much' is no amount of USD; write it as in 2.50"),
        ({"max_cost": "0.0000000000001"}, "is no amount of USD"),
        ({"output_format": "parquet"}, "Parquet is for files, not for standard output; name one with -o"),
        ({"output_format": "parquet", "out": "-"}, "name one with -o"),
        ({"output_format": "xml"}, "--output-format 'xml' is none of batch, jsonl, csv, parquet"),
        ({"on_miss": "panic"}, "--on-miss 'panic' is none of rescue, late, expire"),
        ({"on_bad_line": "ask"}, "--on-bad-line 'ask' is none of stop, skip"),
        ({"out": "nowhere/answers.csv"}, "nowhere for the answers; make it, or choose another -o"),
    ],
)
def test_what_cannot_be_ordered(
    options: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BideError) as refused:
        file_request(asked(**options), SETTINGS, "local", NOW)

    assert message in str(refused.value)
