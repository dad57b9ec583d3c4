"""The rules by their names."""

import pytest

from bide.core.clock import HOUR, MINUTE
from bide.core.errors import InputError
from bide.whatif.baseline import REALTIME, SEED, baseline


def test_rules_have_names_and_some_a_time() -> None:
    assert baseline("realtime") == REALTIME
    assert baseline("seed") == SEED
    assert baseline("static:8h").batches_from == 8 * HOUR
    assert (baseline("fixed:5m").cancels_before, baseline("fixed:5m").hedges) == (5 * MINUTE, False)
    assert (baseline("fixed:5m+hedge").cancels_before, baseline("fixed:5m+hedge").hedges) == (5 * MINUTE, True)
    assert baseline("fixed") == baseline("fixed:10m")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("clever", "there is no policy clever; there are bide", id="unknown"),
        pytest.param("fixed:soon", "'soon' is no duration; write as in fixed:5m", id="no time"),
        pytest.param("fixed:0s", "without any time", id="no margin"),
        pytest.param("seed:5m", "seed takes no time; write seed", id="a time too many"),
    ],
)
def test_what_is_no_rule_is_refused_with_what_is_one(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        baseline(text)
