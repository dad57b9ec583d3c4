"""One call by its id on the command line, against a gateway over real HTTP."""

import json
from pathlib import Path

import pytest
import typer
from tests.gateway.place import CHAT, place

from bide.cli.call import show_call, write_answer
from bide.cli.options import Output
from bide.cli.session import find_job
from bide.core.errors import NotFoundError


async def test_a_call_is_shown_while_it_waits_when_it_is_answered_and_by_its_beginning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with place(tmp_path) as at:
        headers = {"Bide-Within": "2h", "Prefer": "respond-async"}
        async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as reply:
            call = (await reply.json())["id"]
        await show_call(at.bide, call, Output.TABLE)
        waiting = capsys.readouterr().out
        assert f"{call} (gpt-4.1-mini at openai, /v1/chat/completions), open" in waiting
        assert "(header bide-within), on miss: rescue" in waiting
        assert "not there yet" in waiting
        with pytest.raises(typer.Exit) as left:
            await write_answer(at.bide, call)
        assert left.value.exit_code == 1
        assert f"{call} is not answered yet; `bide status {call}`" in capsys.readouterr().err

        async with at.http.get(f"/bide/v1/requests/{call}", params={"wait": "60"}) as reply:
            told = await reply.json()
        assert told["status"] == "succeeded"
        await show_call(at.bide, call[:20], Output.TABLE)
        answered = capsys.readouterr().out
        assert "succeeded" in answered
        assert "You said: hello" in answered
        assert "batch: a batch answered it" in answered
        assert (
            f"${told['receipt']['price']['paid']}, ${told['receipt']['price']['list_price']} at list price" in answered
        )
        await show_call(at.bide, call.replace("req_", "resp_"), Output.JSON)
        shown = json.loads(capsys.readouterr().out)
        shown["receipt"]["decision"]["margin_seconds"] = told["receipt"]["decision"]["margin_seconds"]
        assert shown == told
        await write_answer(at.bide, call)
        assert json.loads(capsys.readouterr().out) == told["response"]["body"]


async def test_a_call_that_was_passed_on_has_no_answer_here_and_an_unknown_one_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with place(tmp_path, engine=False) as at:
        async with at.http.post("/v1/chat/completions", json=dict(CHAT)) as reply:
            assert reply.status == 200
        await at.gateway.books.settle()
        async with at.http.get("/bide/v1/requests") as reply:
            call = (await reply.json())["first_id"]
        await show_call(at.bide, call, Output.TABLE)
        shown = capsys.readouterr().out
        assert "it was passed on at once (default)" in shown
        assert "went to its caller, and is not kept" in shown
        with pytest.raises(NotFoundError, match="passed on at once"):
            await write_answer(at.bide, call)
        with pytest.raises(NotFoundError, match=f'there is no call .* \\(did you mean "{call}"\\?\\)'):
            await show_call(at.bide, f"{call[:-2]}77", Output.TABLE)
        with pytest.raises(NotFoundError, match=f"the id of a call, and this is about jobs; `bide status {call}`"):
            await find_job(at.bide, call)
        with pytest.raises(NotFoundError, match="line 3 of job_abc; `bide results job_abc` has its answer"):
            await show_call(at.bide, "req_abc_3", Output.TABLE)
