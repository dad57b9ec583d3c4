"""Real questions through the real small model, on a server without batches: killed with `kill -9` in the middle, and resumed.

A doorman stands before the model and counts what it is asked.
"""

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

from tests.patience import PATIENCE
from tests.system.harness import Machine, read_lines, wait_until, write_lines
from tests.system.model import MODEL

OWN = (
    "I am still waiting on my card?",
    "How do I change my PIN?",
    "Why was I charged a fee for using an ATM?",
    "What is the exchange rate for euros today?",
    "My top-up has not arrived yet. Where is it?",
)
"""Asked where the data set of a bank's customers is not at hand."""

SETTINGS = (
    "providers.local.kind=compatible",
    "providers.local.batch=false",
    "providers.local.requests_per_minute=6000",  # it is our own: it may be asked as fast as it answers
    "prices.local/smollm2-135m.input=0",
    "prices.local/smollm2-135m.output=0",
)


def questions(count: int) -> list[str]:
    """Different questions, spread over the data set of banking77 where it is there."""
    shared = Path(os.environ.get("BIDE_SHARED", Path(__file__).parents[3] / "shared"))
    path = shared / "datasets" / "banking77" / "queries.csv"
    if not path.is_file():
        return [OWN[n % len(OWN)] + (f" (question {n})" if n >= len(OWN) else "") for n in range(count)]
    with path.open(encoding="utf-8", newline="") as file:
        texts = list(dict.fromkeys(row["text"] for row in csv.DictReader(file)))
    return texts[:: len(texts) // count][:count]


@contextlib.contextmanager
def small_model() -> Generator[str]:
    """The model in a process of its own; its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.system.model"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url, "the model did not start"
        yield url
    finally:
        process.kill()
        process.wait(PATIENCE)
        process.stdout.close()


class Doorman(ThreadingHTTPServer):
    """Passes requests on to a server at `behind`, and remembers what was asked and what was answered."""

    daemon_threads = True

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.behind = behind.removesuffix("/v1")
        self.asked: list[str] = []
        self.answered = 0
        self.inside = 0
        self.most_inside = 0
        self.counting = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever was killed does not wait for its answer."""


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server, body = cast(Doorman, self.server), self.rfile.read(int(self.headers["content-length"]))
        with server.counting:
            server.asked.append(json.loads(body)["messages"][-1]["content"])
            server.inside += 1
            server.most_inside = max(server.most_inside, server.inside)
        passed = urllib.request.Request(server.behind + self.path, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(passed) as reply:
                status, answer = reply.status, reply.read()
        except urllib.error.HTTPError as error:
            status, answer = error.code, error.read()
        finally:
            with server.counting:
                server.inside -= 1
        with server.counting:
            server.answered += status == 200
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nobody reads it."""


@contextlib.contextmanager
def doorman(behind: str) -> Generator[Doorman]:
    """A doorman at work."""
    with Doorman(behind) as door:
        thread = threading.Thread(target=door.serve_forever, daemon=True)
        thread.start()
        try:
            yield door
        finally:
            door.shutdown()
            thread.join()


def killed_and_resumed(folder: Path, count: int) -> str:
    """The drill. Raises AssertionError unless each question is answered, and no finished one is asked again."""
    asked = questions(count)
    assert len(set(asked)) == count
    rows = [
        {"custom_id": f"q-{number}", "messages": [{"role": "user", "content": f"Answer in one sentence: {text}"}]}
        for number, text in enumerate(asked)
    ]
    write_lines(folder / "questions.jsonl", *rows)
    with small_model() as behind, doorman(behind) as door:
        here = Machine(folder, door.url, clock="", extra={"OPENAI_API_KEY": ""})
        settings = (*SETTINGS, f"providers.local.base_url={door.url}")
        command = ["run", "questions.jsonl", "-m", f"local/{MODEL}", "--param", "max_tokens=16", "--within", "8h"]
        command += ["-o", "answers.jsonl", "--output", "json", "--no-guard"]
        first = here.start(*command, settings=settings)
        wait_until(lambda: door.answered >= count // 2, 600)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        wait_until(lambda: door.inside == 0)  # the model finishes what it has begun, for nobody
        before = len(door.asked)
        (job,) = here.status()
        kept = here.run("status", job["job"], "--receipt", "--output", "json").last["requests"]["succeeded"]
        done = here.run(*command, settings=settings, timeout=900)
        assert done.code == 0, done.err
        again = len(door.asked) - before
        twice = len(door.asked) - len(set(door.asked))
        at_a_time = door.most_inside
    receipt, answers = done.last, read_lines(folder / "answers.jsonl")
    assert [line["custom_id"] for line in answers] == [row["custom_id"] for row in rows]
    assert all(line["answer"] and line["lane"] == "realtime" for line in answers)
    assert receipt["requests"]["succeeded"] == receipt["requests"]["realtime"] == count
    assert receipt["money"]["paid"] == "0"
    assert 0 < kept < count
    assert again == count - kept, f"{again} asked after the kill, {kept} of {count} were kept"
    assert twice == before - kept <= at_a_time, f"{twice} were asked twice, {at_a_time} at a time"
    return (
        f"{count} answers, {kept} of them kept when it was killed, {again} asked after it,"
        f" {twice} twice (under way at the kill), {at_a_time} at a time"
    )
