import pytest
from tests.lanes.given import a_batch

from bide.core.states import BatchOutcome


@pytest.mark.parametrize(
    ("trouble", "outcome", "code", "message", "ails"),
    [
        pytest.param(None, None, None, None, None, id="nothing"),
        pytest.param("connection refused", None, None, None, "connection refused", id="a call that failed"),
        pytest.param(None, BatchOutcome.FAILED, "token_limit_exceeded", "Limit: 3,000", "token_limit_exceeded: Limit: 3,000", id="it failed"),
        pytest.param(None, BatchOutcome.FAILED, None, "no such model", "no such model", id="it failed without a code"),
        pytest.param(None, BatchOutcome.FAILED, None, None, None, id="it failed, and nobody said why"),
        pytest.param("503", BatchOutcome.FAILED, "invalid", "line 3", "503", id="it failed, and is not read yet"),
        pytest.param(None, BatchOutcome.COMPLETED, "one_row", "line 3", None, id="it ended well"),
    ],
)  # fmt: skip
def test_what_ails_it(
    trouble: str | None, outcome: BatchOutcome | None, code: str | None, message: str | None, ails: str | None
) -> None:
    assert a_batch(trouble=trouble, outcome=outcome, code=code, message=message).what_ails == ails
