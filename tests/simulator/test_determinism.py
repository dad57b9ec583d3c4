"""The same script, seed and requests give the same bytes: in another process, from the faults' list, and whoever looks."""

import hashlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from bide.core.clock import HOUR, MINUTE
from bide.simulator.books import Books
from bide.simulator.exchange import Lost, Request
from bide.simulator.faults import Fault, read_faults
from bide.simulator.respond import respond
from bide.simulator.script import load_script

if TYPE_CHECKING:
    from tests.simulator.conftest import Account

HEADERS = {"authorization": "Bearer key", "content-type": "multipart/form-data; boundary=b"}


def rehearse(seed: int, faults: list[Fault] | None = None) -> tuple[str, Books]:
    """Two simulated days of a busy client at the roughest provider; the digest of every reply, and the books."""
    books = Books(load_script("rough"), seed, 0, faults)
    digest = hashlib.sha256()

    def send(method: str, path: str, body: bytes, now: int) -> bytes:
        reply = respond(books, Request(method, path, {}, HEADERS, body), now)
        parts = [reply] if isinstance(reply, Lost) else [reply.status, sorted(reply.headers.items()), reply.delay]
        content = b"" if isinstance(reply, Lost) else bytes(reply.body) or b"".join(reply.events)
        digest.update(repr(parts).encode() + content)
        return content

    for turn in range(96):
        now = turn * 30 * MINUTE
        lines = b"".join(
            b'{"custom_id":"%d-%d","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":["%d %d"]}}\n'
            % (turn, row, turn, row)
            for row in range(20)
        )
        form = (
            b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b\r\nContent-Disposition: '
            b'form-data; name="file"; filename="x"\r\n\r\n%b\r\n--b--\r\n' % lines
        )
        uploaded = send("POST", "/v1/files", form, now)
        if b'"id"' in uploaded:
            new = {"input_file_id": json.loads(uploaded)["id"], "endpoint": "/v1/chat/completions"}
            send("POST", "/v1/batches", json.dumps({**new, "completion_window": "24h"}).encode(), now + MINUTE)
        send("POST", "/v1/chat/completions", b'{"model":"m","stream":true,"messages":["%d"]}' % turn, now + MINUTE)
        for batch in list(books.batches)[-6:]:
            shown = send("GET", f"/v1/batches/{batch.id}", b"", now + 2 * MINUTE)
            if b'"output_file_id":"' in shown:
                send("GET", f"/v1/files/{json.loads(shown)['output_file_id']}/content", b"", now + 3 * MINUTE)
        if turn % 10 == 5:
            send("POST", f"/v1/batches/{list(books.batches)[-1].id}/cancel", b"", now + 4 * MINUTE)
        send("GET", "/v1/batches", b"", now + 5 * MINUTE)
    end = 49 * HOUR
    digest.update(repr(books.summary(end)).encode() + repr(list(books.charges(end))).encode())
    return digest.hexdigest(), books


def test_the_bytes_do_not_depend_on_the_process() -> None:
    digests: set[str] = set()
    for hash_seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, __file__]
        digests.add(subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout)
    assert digests == {f"{rehearse(7)[0]}\n"}
    assert rehearse(8)[0] not in digests


def test_a_run_is_replayed_from_the_faults_that_struck() -> None:
    digest, books = rehearse(7)
    assert len(books.faults.fired) > 10
    written = json.dumps([fault.as_table() for fault in books.faults.fired])
    again, replayed = rehearse(7, read_faults(json.loads(written)))
    assert again == digest
    assert replayed.faults.fired == books.faults.fired


def test_leaving_out_the_faults_leaves_the_batches_as_they_were() -> None:
    rough, calm = rehearse(7)[1], rehearse(7, [])[1]
    assert calm.faults.fired == []
    courses = {batch.nth: batch.behaviour for batch in calm.batches}
    same = [batch.behaviour == courses[batch.nth] for batch in rough.batches]
    assert len(same) > 50
    assert all(same)


def test_it_does_not_matter_who_looks_when(open_account: "type[Account]") -> None:
    def run(look_every: int | None) -> object:
        account = open_account("[batch]\nbroken_rows = 0.2\nmissing = 0.1\nfiles_late = '1m'\n", seed=3)
        batches = [account.create(*(f"{n} {row}" for row in range(30))) for n in range(3)]
        for _ in range(30):
            account.wait(10 * MINUTE)
            if look_every:
                for batch in batches:
                    account.batch(batch)
                account.get("/v1/files")
        shown = [account.batch(batch) for batch in batches]
        return shown, [account.results(batch) for batch in batches], account.get("/v1/files"), account.now

    assert run(None) == run(1)


if __name__ == "__main__":
    print(rehearse(7)[0])
