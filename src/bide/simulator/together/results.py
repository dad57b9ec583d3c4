"""The output and the error file of a job that has ended, as Together writes their lines."""

from bide.core.clock import SECOND
from bide.simulator.answers import Answers
from bide.simulator.batch import Batch
from bide.simulator.exchange import encode
from bide.simulator.openai import endpoints
from bide.simulator.openai.body import Body, read_body
from bide.simulator.results import Fate, Tell
from bide.simulator.rows import Row

CODES = {429: "rate_limit_error", 500: "batch_server_error"}
"""Codes of failed rows by the status that the failure would have in real time; the others are the client's."""


def teller(batch: Batch, answers: Answers) -> Tell:
    """Writes the lines of a job. What was never run is in no file."""
    key = f"{batch.chance.number('rows') >> 16:012x}"

    def tell(row: Row, custom_id: str, place: int, rank: int, fate: Fate) -> tuple[str, bytes] | None:
        line: dict[str, object] = {"id": f"br_{key}{place:06x}", "custom_id": custom_id}
        if fate is Fate.ANSWERED:
            body = read_body(row.raw or b"{}")
            if not isinstance(body, Body):
                raise TypeError("a row whose body cannot be read has a failure, and is never answered")
            answer = answers.answer(body.words, row.digest, row.usage)
            created = batch.finished_at(rank) // SECOND
            made = endpoints.whole(batch.endpoint, f"{key}{place:06x}", created, body, answer, "default")
            return "output", encode({**line, "response": {"status_code": 200, "body": made}})
        if fate is Fate.FAILED and row.failure is not None:
            code = CODES.get(row.failure.status, "batch_client_error")
            return "error", encode({**line, "error": {"code": code, "message": row.failure.message}})
        return None

    return tell
