"""The results of a batch that has ended, as Anthropic writes their lines."""

from bide.simulator.answers import Answers
from bide.simulator.anthropic.body import Body, read_body
from bide.simulator.anthropic.error import error_body
from bide.simulator.anthropic.message import message
from bide.simulator.batch import Batch
from bide.simulator.exchange import encode
from bide.simulator.results import Fate, Tell
from bide.simulator.rows import Row

RESULTS = "results"
"""The one file that a batch has."""


def teller(batch: Batch, answers: Answers) -> Tell:
    """Writes the lines of a batch: one for each request that was submitted."""
    prefix = f"{batch.chance.number('rows') >> 16:012x}"

    def tell(row: Row, custom_id: str, place: int, rank: int, fate: Fate) -> tuple[str, bytes]:
        key = f"{prefix}{place:06x}"
        result: dict[str, object]
        if fate is Fate.ANSWERED:
            result = {"type": "succeeded", "message": _answer(row, answers, key)}
        elif fate is Fate.FAILED and row.failure is not None:
            result = {"type": "errored", "error": error_body(row.failure, key)}
        else:
            result = {"type": "canceled" if fate is Fate.CANCELLED else "expired"}
        return RESULTS, encode({"custom_id": custom_id, "result": result})

    return tell


def _answer(row: Row, answers: Answers, key: str) -> object:
    body = read_body(row.raw or b"{}")
    if not isinstance(body, Body):
        raise TypeError("a row whose body cannot be read has a failure, and is never answered")
    return message(key, row.model or "", answers.answer(body.words, row.digest, row.usage), "batch", body.called())
