"""What is said to a stated price: the verdict, and the reason that helps whoever stated it."""

import datetime

import pytest

from bide.ledger.claims import judge
from bide.ledger.prices import Prices

TODAY = datetime.date(2026, 11, 21)


def row(provider: str, model: str, *numbers: str, **more: str) -> dict[str, str]:
    return {
        "provider": provider,
        "model": model,
        **dict(zip(("realtime_in", "realtime_out", "batch_in", "batch_out"), numbers, strict=False)),
        **more,
    }


@pytest.mark.parametrize(
    ("claim", "verdict", "reason"),
    [
        pytest.param(row("OpenAI", "GPT-4.1", "2", "8", "1", "4"), "agrees", "", id="right"),
        pytest.param(row("openai", "gpt-4.1", "$2.00"), "agrees", "", id="one price, in dollars"),
        pytest.param(row("OpenAI", "GPT-4.1", "1", "4"), "differs", "is the batch price", id="one step off"),
        pytest.param(row("OpenAI", "GPT-4.1", "2", "8", "2", "8"), "differs", "batch_in: 2 stated, 1", id="no discount"),
        pytest.param(row("OpenAI", "GPT-4.1", "0.002", "0.008"), "differs", "per 1,000", id="another unit"),
        pytest.param(row("OpenAI", "GPT-4.1", "0.002 per 1K"), "agrees", "per 1,000", id="another unit that is named"),
        pytest.param(row("OpenAI", "GPT-7", "1", "2"), "unknown", "no list names", id="no such model"),
        pytest.param(row("Nobody", "GPT-4.1", "1", "2"), "unknown", "no list names", id="no such provider"),
        pytest.param(row("OpenAI", "GPT-4.1", "cheap"), "unknown", "no price", id="no number"),
        pytest.param(row("OpenAI", "GPT-4.1", "50% off"), "unknown", "no price", id="a discount"),
        pytest.param(row("OpenAI", "GPT-4.1", "1-3"), "unknown", "a range", id="a range"),
        pytest.param(row("xAI", "grok-4.7", "2", "6", "1", "3"), "unknown", "batch_in: unknown", id="no such batch"),
        pytest.param(row("OpenAI", "o3", "10", "40", stated_date="2025-03"), "agrees", "2025-03-01", id="it was so"),
        pytest.param(row("OpenAI", "o3", "10", "40", stated_date="2026"), "differs", "10 stated, 2", id="no longer"),
        pytest.param(row("OpenAI", "o3", "10", "40", stated_date="2025-13"), "differs", "10 stated", id="no such month"),
        pytest.param(row("OpenAI", "o3", "10", "40", stated_date="2027"), "differs", "10 stated", id="not yet"),
        pytest.param(row("Anthropic", "Claude 3 Haiku", "0.25"), "retired", "2026-04-20", id="no longer served"),
        pytest.param(row("Anthropic", "Claude 3 Haiku", "0.30"), "differs", "0.30 stated", id="served or not"),
        pytest.param(row("Google", "Gemini 2.0 Flash", "0.10"), "agrees", "", id="the developer API"),
        pytest.param(row("Google", "Gemini 2.0 Flash", "0.15"), "agrees", "price of vertex", id="Vertex AI"),
        pytest.param(row("OpenAI", "GPT-4.1", "2", context="200000"), "differs", "context", id="a context window"),
        pytest.param(row("OpenAI", "GPT-4.1", "2", context="1000000"), "agrees", "", id="a rounded one"),
        pytest.param(row("AWS", "ml.g5.xlarge", "1.41 per hour"), "agrees", "hour", id="an instance, rounded"),
        pytest.param(row("AWS", "ml.g5.xlarge", "1.21 per hour"), "differs", "1.408", id="an instance"),
        pytest.param(row("AWS", "ml.g99.xlarge", "1.21 per hour"), "unknown", "no instance", id="no such instance"),
        pytest.param(row("local", "mine", "3", "4"), "agrees", "", id="one's own"),
    ],
)  # fmt: skip
def test_a_claim(claim: dict[str, str], verdict: str, reason: str) -> None:
    judged = judge(PRICES, claim, TODAY)

    assert (str(judged.verdict), reason in " ".join(judged.reasons)) == (verdict, True), judged


PRICES = Prices({"local/mine": {"input": "3", "output": "4"}})
