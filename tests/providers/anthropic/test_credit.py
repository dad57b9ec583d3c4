"""An account without credit is told from a request that is wrong: Anthropic says both with a 400 of the same type."""

import json
from typing import Any

import pytest
from tests.providers.replies import MadeUp

from bide.providers.anthropic.wire import is_out_of_credit, read_row
from bide.providers.failures import OutOfCreditError, RejectedError
from bide.providers.port import Verdict
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation

ANTHROPIC = Translation(Wire.MESSAGES, lambda model: Options(model=model), is_out_of_credit)

EMPTY = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
REACHED = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
QUOTED = "messages.0.content: no text may say: your credit balance is too low"


def error(message: str, kind: str = "invalid_request_error", code: str | None = None) -> dict[str, Any]:
    details = {"details": {"error_code": code}} if code else {}
    return {"type": "error", "error": {"type": kind, "message": message, **details}, "request_id": "req_1"}


ACCOUNTS = [
    pytest.param(400, error(EMPTY), id="no credit left"),
    pytest.param(400, error(REACHED), id="a limit of one's own"),
    pytest.param(400, error("on hold", code="organization_on_hold"), id="on hold"),
    pytest.param(402, error("no", "billing_error"), id="402"),
    pytest.param(429, error("no", "rate_limit_error", "enforced_spend_limit_reached"), id="a spend limit"),
]


@pytest.mark.parametrize(("status", "said"), ACCOUNTS)
def test_a_reply_about_credit_is_about_the_account(status: int, said: dict[str, Any]) -> None:
    for raising in (ANTHROPIC.raise_for_account, ANTHROPIC.raise_for_status):
        with pytest.raises(OutOfCreditError):
            raising(MadeUp(status), json.dumps(said).encode())


@pytest.mark.parametrize(("status", "said"), ACCOUNTS)
def test_a_row_that_met_an_empty_account_was_not_run(status: int, said: dict[str, Any]) -> None:
    line = json.dumps({"custom_id": "t-1", "result": {"type": "errored", "error": said}}).encode()
    row = read_row(line, "/v1/messages", ANTHROPIC, 0)
    assert (row.custom_id, row.verdict, row.permanent) == ("t-1", Verdict.NOT_RUN, False)


def test_a_request_that_is_wrong_is_no_matter_of_credit() -> None:
    said = error(QUOTED)
    ANTHROPIC.raise_for_account(MadeUp(400), json.dumps(said).encode())
    with pytest.raises(RejectedError):
        ANTHROPIC.raise_for_status(MadeUp(400), json.dumps(said).encode())
    line = json.dumps({"custom_id": "t-1", "result": {"type": "errored", "error": said}}).encode()
    row = read_row(line, "/v1/messages", ANTHROPIC, 0)
    assert (row.verdict, row.permanent) == (Verdict.ERRORED, True)
