"""`bide webhooks`, and what a run tells: real processes, and somebody on this machine who listens."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bide.core.clock import SECOND
from bide.core.signature import verify
from tests.system.harness import Machine, read_lines, wait_until, write_requests


class Listener:
    """Notes what comes. `status` is what it answers; 0: nothing, for as long as the test lasts."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.ended = threading.Event()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                listener.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                if not listener.status:
                    listener.ended.wait(60)
                    return
                self.send_response(listener.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def events(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.heard]

    def is_signed(self, secret: str) -> bool:
        """Whether the last that came was signed with this; the clock of these tests is ahead of ours."""
        headers, body = self.heard[-1]
        return verify([secret], headers, body, int(headers["webhook-timestamp"]) * SECOND) == headers["webhook-id"]


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.ended.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def told(here: Machine, listener: Listener) -> Machine:
    """A machine whose jobs are told to the listener."""
    here.extra = {"BIDE_WEBHOOKS_URL": listener.url, "BIDE_WEBHOOKS_ALLOW": listener.host}
    write_requests(here.folder / "questions.jsonl", 3)
    return here


RUN = ("run", "questions.jsonl", "--within", "6h", "-o", "answers.jsonl")


def test_a_run_tells_that_it_is_answered(told: Machine, listener: Listener) -> None:
    done = told.run(*RUN, "--output", "json")
    assert done.code == 0, done.err
    [(headers, body)] = listener.heard
    event = json.loads(body)
    assert (event["type"], event["data"]["id"]) == ("job.answered", done.last["job"])
    assert event["data"]["counts"]["succeeded"] == 3
    [endpoint] = told.run("webhooks", "list", "--output", "json").last
    assert (endpoint["url"], endpoint["waiting"], endpoint["given_up"]) == (listener.url, 0, 0)
    shown = told.run("webhooks", "show", listener.url, "--output", "json").last
    assert "secrets" not in shown
    [secret] = told.run("webhooks", "show", endpoint["id"], "--secret", "--output", "json").last["secrets"]
    assert listener.is_signed(secret)
    assert secret not in done.out + done.err
    [logged] = told.run("webhooks", "log", done.last["job"], "--output", "json").last
    assert (logged["event"], logged["state"], logged["to"]) == (headers["webhook-id"], "told", listener.url)
    assert [one["status"] for one in logged["tries"]] == [200]
    assert headers["webhook-id"] in told.run("webhooks", "log", "--output", "table").out
    assert (told.folder / "home" / "secrets.key").stat().st_mode & 0o777 == 0o600


def test_a_secret_is_replaced_and_an_event_told_again(told: Machine, listener: Listener) -> None:
    told.run(*RUN)
    [event] = listener.events
    [before] = told.run("webhooks", "show", listener.url, "--secret", "--output", "json").last["secrets"]
    rotated = told.run("webhooks", "rotate", listener.url, "--output", "table")
    after = rotated.out.strip()
    assert after.startswith("whsec_")
    assert "signs beside it" in rotated.err
    again = told.run("webhooks", "redeliver", event)
    assert (again.code, "`bide worker` tells it" in again.err) == (0, True)
    assert told.run("worker").code == 0
    assert listener.events == [event, event]
    assert listener.is_signed(before)
    assert listener.is_signed(after)
    told.run("webhooks", "rotate", listener.url, "--now")
    assert told.run("webhooks", "test", listener.url, "--output", "json").last["status"] == 200
    assert not_signed(listener, before)
    unknown = told.run("webhooks", "redeliver", "evt_unknown")
    assert (unknown.code, "`bide webhooks log` lists them" in unknown.err) == (2, True)


def not_signed(listener: Listener, secret: str) -> bool:
    from bide.core.signature import SignatureError

    with pytest.raises(SignatureError):
        listener.is_signed(secret)
    return True


def test_an_endpoint_is_tried_out(told: Machine, listener: Listener) -> None:
    [secret] = told.run("webhooks", "add", listener.url, "--output", "json").last["secrets"]
    tried = told.run("webhooks", "test", f"{listener.url}?x=1", "--output", "json")
    assert (tried.code, tried.last["status"], tried.last["error"]) == (0, 200, None)
    assert listener.is_signed(secret)
    assert json.loads(listener.heard[-1][1])["type"] == "webhook.test"
    listener.status = 500
    failed = told.run("webhooks", "test", listener.url, "--output", "table")
    assert (failed.code, "answered 500" in failed.err) == (1, True)
    for url in ("http://169.254.169.254/latest/meta-data/", "https://127.0.0.1:1/", "https://user:pass@example.com/"):
        refused = told.run("webhooks", "test", url)
        assert refused.code == 2
        assert "pass@" not in refused.err


def test_who_is_gone_stays_gone_until_it_is_enabled(told: Machine, listener: Listener) -> None:
    listener.status = 410
    told.run(*RUN)
    [endpoint] = told.run("webhooks", "list", "--output", "json").last
    assert endpoint["disabled_at"]
    assert endpoint["given_up"] == 1
    assert told.run(*RUN, "--new").code == 0
    assert len(listener.heard) == 1
    listener.status = 200
    assert told.run("webhooks", "enable", endpoint["id"]).code == 0
    assert told.run(*RUN, "--new").code == 0
    assert len(listener.heard) == 2


def test_killed_while_it_tells_it_tells_again_under_the_same_name(told: Machine, listener: Listener) -> None:
    listener.status = 0
    run = told.start(*RUN, "--no-guard")
    wait_until(lambda: listener.heard)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    listener.status = 200
    assert told.run("worker").code == 0
    first, second = listener.events
    assert first == second
    assert listener.heard[0][1] == listener.heard[1][1]
    [logged] = told.run("webhooks", "log", "--output", "json").last
    assert (logged["state"], len(logged["tries"])) == ("told", 1)
    assert len(read_lines(told.folder / "answers.jsonl")) == 3


def test_a_run_does_not_wait_for_who_does_not_answer(told: Machine, listener: Listener) -> None:
    listener.status = 503
    done = told.run(*RUN, "--no-guard", "--output", "json")
    assert done.code == 0, done.err
    [logged] = told.run("webhooks", "log", "--output", "json").last
    assert logged["state"] == "trying"
    assert "webhook: answered 503" in told.run("status", done.last["job"], "--output", "table").err


def test_another_url_than_can_be_told_is_refused_before_anything_is_spent(told: Machine) -> None:
    told.extra = {"BIDE_WEBHOOKS_URL": "http://169.254.169.254/"}
    refused = told.run(*RUN)
    assert (refused.code, "https://" in refused.err) == (2, True)
    assert told.status() == []
    assert told.books()["batches"] == []


def test_nothing_secret_is_shown_with_the_settings(told: Machine) -> None:
    told.extra = {**told.extra, "BIDE_EMAIL_PASSWORD": "hunter2", "OPENAI_WEBHOOK_SECRET": "whsec_hunter2"}
    shown = told.run("config", "show")
    assert "email.password" in shown.out
    assert "hunter2" not in shown.out + shown.err
