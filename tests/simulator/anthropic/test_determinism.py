"""The same script, seed and requests give the same bytes."""

import json
from typing import TYPE_CHECKING

from bide.core.clock import MINUTE
from bide.simulator.exchange import Lost, Reply

if TYPE_CHECKING:
    from tests.simulator.anthropic.conftest import Account

BATCHES = "/v1/messages/batches"


def test_two_runs_are_one(open_account: "type[Account]") -> None:
    def run() -> list[bytes | None]:
        account = open_account('expires = 0.5\n[[fault]]\nsite = "retrieve"\nrate = 0.3\nkind = "reply_lost"\n')
        said: list[Reply | Lost] = []
        identifier = account.create("a", "b", "c [poison:row-error]", "d")["id"]
        for _ in range(300):
            account.now += 5 * MINUTE
            said.append(account.send("GET", f"{BATCHES}/{identifier}"))
        said.append(account.send("GET", f"{BATCHES}/{identifier}/results"))
        said.append(account.send("GET", BATCHES))
        return [bytes(reply.body) if isinstance(reply, Reply) else None for reply in said]

    first = run()
    assert first == run()
    assert None in first
    assert json.loads(first[-1] or b"")["data"][0]["processing_status"] == "ended"
