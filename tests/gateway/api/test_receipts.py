"""Why a request is where it is, from its state and what was tried."""

import pytest

from bide.core.states import AttemptState, Lane, RequestState
from bide.gateway.api.receipts import why

OPEN, DONE = RequestState.OPEN, RequestState.SUCCEEDED
SENT, ANSWERED, LOST, ABANDONED = (
    AttemptState.SENT,
    AttemptState.ANSWERED,
    AttemptState.LOST,
    AttemptState.ABANDONED,
)
IN_BATCH, CALLED = (Lane.BATCH, SENT), (Lane.REALTIME, SENT)


@pytest.mark.parametrize(
    ("state", "lane", "attempts", "hurried", "said"),
    [
        pytest.param(OPEN, None, [], False, "waits for calls like it", id="gathering"),
        pytest.param(OPEN, None, [IN_BATCH], False, "is in a batch", id="in a batch"),
        pytest.param(OPEN, None, [(Lane.BATCH, LOST)], False, "waits for its next try", id="lost"),
        pytest.param(OPEN, None, [IN_BATCH, CALLED], False, "by the last safe moment, so", id="being rescued"),
        pytest.param(OPEN, None, [CALLED], True, "less time than a batch takes", id="being called, in a hurry"),
        pytest.param(DONE, Lane.BATCH, [(Lane.BATCH, ANSWERED)], False, "a batch answered it", id="by a batch"),
        pytest.param(
            DONE,
            Lane.BATCH,
            [(Lane.BATCH, ANSWERED), (Lane.REALTIME, ABANDONED)],
            False,
            "a batch answered it",
            id="by a batch that won",
        ),
        pytest.param(
            DONE,
            Lane.REALTIME,
            [(Lane.BATCH, ABANDONED), (Lane.REALTIME, ANSWERED)],
            True,
            "by the last safe moment, so",
            id="rescued",
        ),
        pytest.param(DONE, Lane.REALTIME, [(Lane.REALTIME, ANSWERED)], True, "less time than", id="in a hurry"),
        pytest.param(DONE, Lane.REALTIME, [(Lane.REALTIME, ANSWERED)], False, "no batch could", id="no batch lane"),
        pytest.param(RequestState.FAILED, Lane.BATCH, [(Lane.BATCH, ANSWERED)], False, "every try", id="failed"),
        pytest.param(RequestState.CANCELLED, None, [], False, "cancelled", id="cancelled"),
        pytest.param(RequestState.EXPIRED, None, [IN_BATCH], False, "on_miss is expire", id="expired"),
    ],
)
def test_why(
    state: RequestState, lane: Lane | None, attempts: list[tuple[Lane, AttemptState]], hurried: bool, said: str
) -> None:
    assert said in why(state, lane, attempts, hurried=hurried)
