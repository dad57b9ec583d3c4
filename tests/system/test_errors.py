"""What goes wrong before, or while, somebody looks: one sentence that names the thing and says what to do, and no traceback."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.system.harness import Machine, wait_until, write_requests


@pytest.fixture(autouse=True)
def questions(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 3)


DATABASE = ("bide: state is kept in a new database, ", "bide: nothing is on record: there is no database ")


def error(here: Machine, *arguments: str) -> str:
    """The one line that a refused command says, beside that on a database that is new or not there."""
    done = here.run(*arguments)
    assert done.code == 2, done.err
    assert done.out == ""
    (line,) = [said for said in done.err.splitlines() if not said.startswith(DATABASE)]
    assert line.startswith("bide: ")
    return line


def test_no_key(here: Machine) -> None:
    keyless = replace(here, extra={"OPENAI_API_KEY": ""})
    assert "or start `bide sim` for a rehearsal" in error(keyless, "run", "questions.jsonl")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "nowhere.jsonl"), "there is no file nowhere.jsonl; check the path"),
        (("run", "."), ". is a folder; name a file in it"),
        (("run", "questions.jsonl", "-o", "nowhere/out.jsonl"), "nowhere for the answers; make it"),
        (("run", "questions.jsonl", "--set", "engine.pol_interval=4s"), "did you mean engine.poll_interval?"),
        (("run", "questions.jsonl", "--set", "engine.steps"), "write --set name=value"),
        (("run", "questions.jsonl", "--set", "engine.steps=many"), "the setting engine.steps cannot be used"),
        (("run", "questions.jsonl", "--config", "nowhere.toml"), "there is no configuration file nowhere.toml"),
        (("run", "questions.jsonl", "--db", "mysql://there"), "write sqlite:///path or postgresql://host/name"),
        (("run", "questions.jsonl", "--account", "mine"), "there is no account 'mine'; switched on are: openai"),
        (("run", "questions.jsonl", "--endpoint", "speech"), "use chat, responses, embeddings"),
        (("run", "questions.jsonl", "--format", "xml"), "use jsonl, csv, tsv, parquet"),
        (("run", "questions.jsonl", "--output-format", "xml"), "is none of batch, jsonl, csv, parquet"),
        (("run", "questions.jsonl", "--max-cost", "much"), "is no amount of USD"),
        (("run", "questions.jsonl", "--on-bad-line", "cry"), "is none of stop, skip"),
        (("run", "questions.jsonl", "--var", "labels=@nowhere.txt"), "nowhere.txt cannot be read"),
        (("run", "questions.jsonl", "--param", "temperature"), "write --param name=value"),
        (("run", "-"), "standard input contains no request"),
        (("watch", "job_nobody"), "there is no job 'job_nobody'; `bide status` lists the jobs"),
        (("retry", "last"), "say what to try again: --failed"),
        (("sim", "--script", "nowhere"), "name a TOML file or one of"),
    ],
)
def test_refused_commands(here: Machine, arguments: tuple[str, ...], words: str) -> None:
    assert words in error(here, *arguments)
    assert sum(here.books()["arrived"].values()) == 0


@pytest.mark.parametrize("name", ["rows", "rows.csv"])
def test_an_unclear_table(here: Machine, name: str) -> None:
    (here.folder / name).write_text("text,label\nhello,x\n", encoding="utf-8")
    said = error(here, "run", name, "--model", "gpt-5-mini")
    assert "--format" in said if name == "rows" else '--prompt "… {text}"' in said


def test_a_template_with_an_unknown_column(here: Machine) -> None:
    (here.folder / "rows.csv").write_text("text,label\nhello,x\n", encoding="utf-8")
    assert 'did you mean "text"?' in error(here, "run", "rows.csv", "--model", "gpt-5-mini", "--prompt", "Say {texts}")


def test_wrong_usage(here: Machine) -> None:
    for arguments, words in ((("run",), "Missing argument 'FILE'"), (("run", "a", "--wihtin", "2h"), "--within")):
        done = here.run(*arguments)
        assert done.code == 2
        assert words in done.err
        assert "Traceback" not in done.err


def said_while_running(here: Machine, words: str) -> None:
    """A run says so while it goes on, and detaches like any other."""
    process = here.start("run", "questions.jsonl", "--within", "2h", "-o", "out.jsonl", "--no-guard")
    assert process.stderr is not None
    said: list[str] = []
    reader = threading.Thread(target=said.extend, args=(process.stderr,))
    reader.start()
    wait_until(lambda: any(words in line for line in said))
    process.terminate()
    assert process.wait(PATIENCE) == 3
    reader.join()
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()


def test_a_provider_that_cannot_be_reached(here: Machine) -> None:
    said_while_running(replace(here, url="http://127.0.0.1:9/v1"), "127.0.0.1:9 cannot be reached")


def test_a_key_that_is_refused(here: Machine) -> None:
    said_while_running(replace(here, extra={"OPENAI_API_KEY": "invalid"}), "Incorrect API key")


class Noting(http.server.BaseHTTPRequestHandler):
    """A server that notes what it is sent, and has nothing."""

    seen: list[str]

    def do_POST(self) -> None:
        self.seen.append(self.headers.get("Bide-Hop", ""))
        self.send_error(404)

    do_GET = do_POST  # noqa: N815 - the base class calls it so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Nobody reads it."""


@pytest.fixture
def noting() -> Iterator[tuple[str, list[str]]]:
    """The server's base URL and what it notes."""
    seen: list[str] = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Noting,), {"seen": seen}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_request_carries_the_hop_header(here: Machine, noting: tuple[str, list[str]]) -> None:
    """So that a bide that is pointed at itself can tell."""
    url, seen = noting
    elsewhere = replace(here, url=url)
    process = elsewhere.start("run", "questions.jsonl", "--within", "2h", "-o", "out.jsonl", "--no-guard")
    wait_until(lambda: seen)
    process.kill()
    process.communicate()
    assert set(seen) == {"1"}


def test_bides_own_address_goes_before_openai(here: Machine) -> None:
    mixed = replace(here, url="http://127.0.0.1:9/v1", extra={"BIDE_OPENAI_BASE_URL": here.url})
    done = mixed.run("run", "questions.jsonl", "--within", "2h", "-o", "out.jsonl")
    assert done.code == 0, done.err


@pytest.mark.skipif(not hasattr(Path, "owner"), reason="POSIX")
def test_a_home_that_cannot_be_used(here: Machine) -> None:
    (here.folder / "home").write_text("a file", encoding="utf-8")
    said = error(here, "run", "questions.jsonl")
    assert str(here.folder / "home") in said
