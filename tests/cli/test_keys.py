"""`bide keys`, as a person at a terminal or a script calls it, on a database of its own."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bide.cli.app import app
from bide.core.clock import DAY, HOUR, SystemClock
from bide.core.errors import BideError, ConflictError, NotFoundError, SettingError
from bide.core.key import Key, digest_of
from bide.store.objects import LocalObjects
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.delenv("BIDE_DB", raising=False)
    return tmp_path / "bide.db"


@pytest.fixture
def bide(path: Path) -> "Bide":
    return Bide(path)


class Bide:
    """The command, and a look into its database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.runner = CliRunner()

    def run(self, *arguments: str) -> Result:
        done = self.runner.invoke(app, ["keys", *arguments])
        if isinstance(done.exception, BideError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--output", "json").stdout)

    def opened(self, secret: str, later: int = 0) -> Key | None:
        """The key that a secret opens, now or so much later."""
        return asyncio.run(self._opened(secret, SystemClock().now() + later))

    async def _opened(self, secret: str, now: int) -> Key | None:
        store = Store(SqliteDatabase(self.path), LocalObjects(self.path.parent / "objects"))
        try:
            return await store.keys.find(digest_of(secret), now)
        finally:
            await store.close()

    def spend(self, key: Key, reserved: int, spent: int) -> None:
        asyncio.run(self._spend(key, reserved, spent))

    async def _spend(self, key: Key, reserved: int, spent: int) -> None:
        store = Store(SqliteDatabase(self.path), LocalObjects(self.path.parent / "objects"))
        now = SystemClock().now()
        await store.budgets.reserve(key.id, reserved, now)
        await store.budgets.settle(key.id, 0, spent, now, now)
        await store.close()


def test_a_key_is_made_with_its_secret_and_what_was_said_of_it(bide: Bide) -> None:
    options = (
        *("--owner", "team-a", "--model", "gpt-5*", "--model", "claude-5", "--lane", "batch", "--lane", "cache"),
        *("--priority", "low", "--workflow", "nightly", "--requests-per-minute", "60", "--tokens-per-minute", "9000"),
        *("--budget-day", "2.50", "--budget-month", "$40", "--warn-only", "--expires", "90d"),
    )
    made = bide.json("create", "--name", "reports", *options)

    key = bide.opened(made["secret"])
    assert key is not None
    assert (key.external_id, key.name, key.owner) == (made["key"], "reports", "team-a")
    assert key.models == ("gpt-5*", "claude-5")
    assert key.lanes == {"batch", "cache"}
    assert (key.priority, key.workflow, key.requests_per_minute, key.tokens_per_minute) == ("low", "nightly", 60, 9_000)
    assert (key.budget_day, key.budget_month, key.budget_hard) == (2_500_000_000_000, 40_000_000_000_000, False)
    assert bide.opened(made["secret"], 89 * DAY) is not None
    assert bide.opened(made["secret"], 91 * DAY) is None
    assert made["lanes"] == ["batch", "cache"]
    assert (made["day"]["budget"], made["on_budget"]) == ("2.5", "warn")


def test_a_secret_is_shown_once_and_is_nowhere_on_the_disk(bide: Bide) -> None:
    done = bide.run("create", "--name", "reports", "--output", "json")
    secret = json.loads(done.stdout)["secret"]
    assert done.stdout.count(secret) == 1
    assert secret not in done.stderr

    for arguments in (("list",), ("list", "--output", "table"), ("list", "--output", "json")):
        shown = bide.run(*arguments).output
        assert secret[:11] in shown
        assert secret[:12] not in shown
        assert digest_of(secret).hex() not in shown
    random_part = secret.removeprefix("bide-").encode()
    found = [file.name for file in bide.path.parent.rglob("*") if file.is_file() and random_part in file.read_bytes()]
    assert found == []


def test_a_person_sees_a_table_and_is_told_to_keep_the_secret(bide: Bide) -> None:
    done = bide.run("create", "--name", "reports", "--output", "table")
    assert "never shown again" in done.stderr
    assert "bide-" in done.stdout
    assert "reports" in bide.run("list", "--output", "table").stdout


def test_the_list_tells_what_each_key_has_spent_and_reserved(bide: Bide) -> None:
    made = bide.json("create", "--name", "reports", "--budget-day", "5")
    key = bide.opened(made["secret"])
    assert key is not None
    bide.spend(key, 300_000_000_000, 1_200_000_000_000)

    [listed] = bide.json("list")
    day, month = listed["day"], listed["month"]
    assert (day["budget"], day["spent"], day["reserved"], day["left"]) == ("5", "1.2", "0.3", "3.5")
    assert (month["budget"], month["spent"], month["reserved"], month["left"]) == (None, "1.2", "0.3", None)
    assert len(day["period"]) == 10
    table = bide.run("list", "--output", "table").stdout
    assert "$1.20 spent, $0.30 reserved of $5.00" in table


def test_the_list_may_be_of_one_owner(bide: Bide) -> None:
    for owner in ("a", "b"):
        bide.run("create", "--name", f"of {owner}", "--owner", owner)
    bide.run("create", "--name", "mine")
    assert [key["name"] for key in bide.json("list", "--owner", "b")] == ["of b"]
    assert [key["owner"] for key in bide.json("list")] == ["a", "b", "local"]


def test_two_living_keys_have_two_names(bide: Bide) -> None:
    first = bide.json("create", "--name", "reports")["key"]
    with pytest.raises(ConflictError, match=f"{first} of local has that name and is good; .*bide keys rotate {first}"):
        bide.run("create", "--name", "reports", "--owner", "another")
    bide.run("revoke", "reports")
    second = bide.json("create", "--name", "reports")["key"]
    bide.run("revoke", "reports")  # the one that lives is meant
    with pytest.raises(NotFoundError, match="the name of 2 keys"):  # of which none does
        bide.run("revoke", "reports")
    assert {key["key"]: key["state"] for key in bide.json("list")} == {first: "revoked", second: "revoked"}


def test_an_empty_list_says_how_to_begin(bide: Bide) -> None:
    assert bide.json("list") == []
    assert "bide keys create" in bide.run("list", "--output", "table").stderr


@pytest.mark.parametrize("word", ["whole", "beginning", "name"])
def test_a_key_is_revoked_by_its_id_a_beginning_of_it_or_its_name(bide: Bide, word: str) -> None:
    made = bide.json("create", "--name", "reports")
    bide.run("create", "--name", "another")
    bide.run("revoke", {"whole": made["key"], "beginning": made["key"][:12], "name": "reports"}[word])
    assert bide.opened(made["secret"]) is None
    assert [key["state"] for key in bide.json("list")] == ["revoked", "live"]
    assert "already" in bide.run("revoke", made["key"]).stderr


def test_a_rotation_keeps_the_former_secret_for_a_day_or_as_long_as_is_said(bide: Bide) -> None:
    made = bide.json("create", "--name", "reports")
    second = bide.json("rotate", "reports")
    assert second["key"] == made["key"]
    assert bide.opened(made["secret"], 23 * HOUR) is not None
    assert bide.opened(made["secret"], 25 * HOUR) is None
    done = bide.run("rotate", "reports", "--grace", "0s")
    assert "opens nothing any more" in done.stderr
    third = json.loads(done.stdout)["secret"]
    assert [bide.opened(secret) is not None for secret in (made["secret"], second["secret"], third)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(("--lane", "bach"), "--lane 'bach' is none of cache, batch, flex, realtime", id="a lane"),
        pytest.param(("--priority", "soon"), "--priority 'soon' is none of", id="a priority"),
        pytest.param(("--budget-day", "ten"), "--budget-day 'ten' is no amount of USD", id="no amount"),
        pytest.param(("--budget-month", "-1"), "--budget-month '-1' is no budget", id="less than nothing"),
        pytest.param(("--budget-month", "9999999"), "is no budget", id="more than can be counted"),
        pytest.param(("--expires", "2020-01-01"), "--expires: .* passed", id="expired before it is made"),
        pytest.param(("--warn-only",), "--budget-day or --budget-month", id="nothing to warn about"),
    ],
)
def test_what_cannot_be_is_refused_by_its_option(bide: Bide, options: tuple[str, ...], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        bide.run("create", "--name", "reports", *options)
    assert bide.json("list") == []


def test_a_key_that_is_not_there_and_one_of_several_are_told_apart(bide: Bide) -> None:
    with pytest.raises(NotFoundError, match="bide keys list"):
        bide.run("revoke", "reports")
    for name in ("reports", "others"):
        bide.run("create", "--name", name)
    with pytest.raises(NotFoundError, match="the beginning of 2 keys"):
        bide.run("rotate", "key_")
    with pytest.raises(SettingError, match="--grace 'soon'"):
        bide.run("rotate", "reports", "--grace", "soon")
