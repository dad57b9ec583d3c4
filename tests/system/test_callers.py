"""Many callers and a gateway that is killed among them: every call is answered, by its deadline, once."""

from pathlib import Path

import pytest

from tests.store.postgres_server import remove_server, start_server
from tests.system.callers import play


@pytest.mark.parametrize("shared", [False, True], ids=["one gateway", "two gateways and two workers"])
async def test_no_call_is_lost(tmp_path: Path, shared: bool) -> None:
    server = start_server() if shared else None
    try:
        seen = await play(tmp_path, 300, 15, 2, server.url("postgres") if server else None)
    finally:
        if server is not None:
            remove_server(server)
    assert (seen.answered, seen.rows, seen.open, seen.late) == (300, 300, 0, 0)
    assert not seen.wrong
    assert seen.kills == 2
    assert 1 <= seen.batches < 30
    assert seen.billed_twice <= seen.rows - seen.by_batch  # a call that was in flight at a kill may be paid twice
