"""An urgent call goes to the next account where the first one surely did nothing; what is ambiguous goes back."""

from pathlib import Path

import pytest

from bide.cli.serve import lost
from bide.gateway.onward import surely_not_run
from bide.providers.failures import (
    BusyError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    RejectedError,
    UnauthorisedError,
)
from bide.providers.transport import NotSentError
from bide.simulator.script import parse_script
from bide.simulator.server import running_simulator
from tests.gateway.place import CHAT, place

CONFIG = """
[gateway.failover]
"smart" = ["second/gpt-4.1-mini", "openai/gpt-4.1-mini"]

[providers.second]
kind = "openai"
base_url = "{url}"
api_key = "{key}"
catalogue = "openai"
"""


@pytest.mark.parametrize(
    ("error", "elsewhere"),
    [
        (NotSentError(), True),
        (BusyError(), True),
        (OutOfCreditError(), True),
        (UnauthorisedError(), True),
        (OverloadedError(may_have_run=False), True),
        (OverloadedError(may_have_run=True), False),
        (RejectedError(), False),
    ],
)
def test_only_what_cannot_have_been_run_is_tried_elsewhere(
    error: ProviderError | NotSentError, elsewhere: bool
) -> None:
    assert surely_not_run(error) is elsewhere


@pytest.mark.parametrize(
    ("url", "key"), [("http://127.0.0.1:1/v1", "simulated"), ("{first}", "invalid")], ids=["unreachable", "refused key"]
)
@pytest.mark.parametrize("stream", [False, True])
async def test_the_next_account_answers(tmp_path: Path, url: str, key: str, stream: bool) -> None:
    async with running_simulator(parse_script("")) as first:
        (tmp_path / "bide.toml").write_text(CONFIG.format(url=url.format(first=first.url), key=key))
        async with place(tmp_path) as at:
            answer = await at.openai().chat.completions.create(**{**CHAT, "model": "smart", "stream": stream})
            if stream:
                assert [part async for part in answer]
            else:
                assert answer.choices[0].message.content
            assert len(at.simulator.books.calls.charges) == 1


async def test_what_waits_goes_to_the_first(tmp_path: Path) -> None:
    async with running_simulator(parse_script("")) as first:
        (tmp_path / "bide.toml").write_text(CONFIG.format(url=first.url, key="simulated"))
        async with place(tmp_path) as at:
            headers = {"Prefer": "respond-async", "Bide-Within": "1h"}
            body = {**CHAT, "model": "smart"}
            async with at.http.post("/v1/chat/completions", json=body, headers=headers) as answer:
                assert (await answer.json())["account"] == "second"


async def test_a_name_that_leads_nowhere_is_said_at_the_start(tmp_path: Path) -> None:
    table = '[gateway.failover]\n"smart" = ["nobody/knows", "openai/gpt-4.1-mini"]\n"other" = ["openai/gpt-4.1"]\n'
    (tmp_path / "bide.toml").write_text(table)
    async with place(tmp_path) as at:
        [(model, name, why)] = lost(at.gateway)
    assert (model, name) == ("smart", "nobody/knows")
    assert "none of the accounts claims 'nobody/knows'" in why
