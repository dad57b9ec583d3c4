from fractions import Fraction

import pytest

from bide.advise.calculator.listing import Listed
from bide.advise.calculator.offers import Asked, offers
from bide.advise.calculator.quantity import Quantity, quantity
from bide.advise.calculator.reasoning import BUFFER, Reported, buffer_of, reported
from bide.advise.calculator.unit import TOKEN
from bide.advise.calculator.workload import Workload
from bide.ledger.prices import Prices

ROWS = [
    {"account": "openai", "model": "o3", "answers": 50, "output": 4_000, "reasoning": 3_000},
    {"account": "openai", "model": "gpt-4.1", "answers": 20, "output": 4_000, "reasoning": 0},
    {"account": "openai", "model": "gpt-5", "answers": 19, "output": 4_000, "reasoning": 1_000},
    {"account": "openai", "model": "o4", "answers": 1, "output": 40, "reasoning": 10},
    {"account": "openai", "model": "silent", "answers": 90, "output": 500, "reasoning": 500},
]


@pytest.mark.parametrize(
    ("model", "share", "why"),
    [
        pytest.param("openai/o3", quantity(3), "300% on top of the visible output in the latest 50", id="learned"),
        pytest.param("openai/gpt-4.1", quantity(0), "0% on top", id="does not reason"),
        pytest.param("openai/gpt-5", BUFFER, "19 answers are too few", id="too few"),
        pytest.param("openai/silent", BUFFER, "90 answers", id="nothing visible to be a share of"),
        pytest.param("other/o3", BUFFER, "0 answers are too few", id="another account"),
        pytest.param("openai/o4", BUFFER, "1 answer is too few", id="a single one"),
    ],
)
def test_what_is_reckoned_with(model: str, share: Quantity, why: str) -> None:
    found = buffer_of(model, reported(ROWS))

    assert found.share == share
    assert why in found.why


def test_what_was_learned_is_billed_as_output_and_said() -> None:
    work = Workload(input_tokens=quantity(0, TOKEN), output_tokens=quantity("1M", TOKEN))
    asked = Asked(work, "2026-11-21", reported={"openai/o3": Reported(50, 4_000, 3_000)})
    (found,) = offers(asked, [Listed("openai/o3", "openai", "o3")], Prices())

    assert found.comparison is not None
    assert found.comparison.lane("realtime").cost.value.low == Fraction(32)
    assert "300% on top" in found.comparison.derivation.notes[0]
