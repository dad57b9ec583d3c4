"""What the drills know of each provider: a model, how bide is led there, and what its facts make different."""

from collections.abc import Mapping
from dataclasses import dataclass

from bide.cli.exports import exports, spoken
from tests.system.storage import storage

TOKENS = "enqueued_tokens = 1500"
"""A queue that takes about half of the questions at a time."""

BATCHES = "open_batches = 1"
"""A queue that takes one batch at a time."""

ROWS = "enqueued_requests = 60"
"""A queue that takes one of two batches at a time."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One provider as the drills see it; what is not said is as at OpenAI."""

    model: str
    """As a batch line names it."""
    other_model: str | None = None
    """Half of the questions go to it in the drills about quotas: two batches, where a quota knows no tokens."""
    requests: int = 100
    in_buckets: bool = False
    """Whether batches are read from and written to an object store."""
    sent_as_written: bool = False
    """Whether the provider gets our body byte for byte, so that the digest that its answer quotes can be compared."""
    most_batches: int = 3
    """How many batches one bad row may cost where the provider validates a batch before it runs."""
    keeps_expired: bool = True
    """Whether what a batch had done when its window was over can still be had."""
    quota: str | None = TOKENS
    """The limit of the account's queue, as a script writes it; None where it has none."""
    refuses_with: int = 400
    """The status with which a create over the quota is refused."""
    refuses_later: bool = True
    """Whether a batch over the quota may also be taken, and fail in validation."""


OTHERS: Mapping[str, Facts] = {
    "openai": Facts(model="gpt-5-mini", sent_as_written=True),
    # Batches run on when their window is over. What expires here expires as the script says.
    "azure": Facts(model="azure/gpt-5-mini", sent_as_written=False),
    # Errors are each row's own, so a poison row costs no batch. No tag can be put on a batch: one whose reply was lost is
    # told by its rows, at its end. The queue's limit is in requests, over all models, and a 429.
    "anthropic": Facts(
        model="anthropic/claude-haiku-4-5",
        other_model="anthropic/claude-sonnet-5-5",
        most_batches=1,
        quota=ROWS,
        refuses_with=429,
        refuses_later=False,
    ),
    # Expiry keeps nothing, so half of the work is done again. Rows fail by themselves; a full queue is a 429.
    "gemini": Facts(
        model="gemini/gemini-2.5-flash",
        most_batches=1,
        keeps_expired=False,
        refuses_with=429,
        refuses_later=False,
    ),
    # As Gemini, on objects; what is written by the end of the window stays. Nothing is refused for a quota: jobs wait for
    # their part of what Google has.
    "vertex": Facts(
        model="vertex/gemini-2.5-flash",
        in_buckets=True,
        most_batches=1,
        quota=None,
    ),
    # A job has at least 100 records, so there are enough questions for what is left of half a job to be one. The number of
    # jobs is limited, not their size.
    "bedrock": Facts(
        model="bedrock/amazon.nova-lite-v1:0",
        other_model="bedrock/anthropic.claude-haiku-4-5-20251001-v1:0",
        requests=200,
        in_buckets=True,
        most_batches=1,
        quota=BATCHES,
        refuses_later=False,
    ),
    # Lines are looked at while their file is uploaded, and the bad one is named then. A create that finds no capacity is a 429
    # and is tried again as it is: what waits is a second batch.
    "doubleword": Facts(
        model="doubleword/Qwen/Qwen3-30B-A3B",
        other_model="doubleword/openai/gpt-oss-20b",
        quota=BATCHES,
        refuses_with=429,
        refuses_later=False,
    ),
    # Why a batch failed is a sentence, which names no line where it is not about the JSON: the batch is halved until the
    # row is alone.
    "together": Facts(model="together/openai/gpt-oss-20b", most_batches=14),
}

FACTS: Mapping[str, Facts] = {name: OTHERS[name] for name in spoken() if name in OTHERS}
"""By provider, those that the simulator speaks for."""


def led_to(provider: str) -> Mapping[str, str]:
    """The variables by which bide finds the provider at a simulator, whose address is to be put for ``{root}``."""
    if provider == "openai":
        return {}
    return {**(storage() if FACTS[provider].in_buckets else {}), **exports(provider, "{root}")}
