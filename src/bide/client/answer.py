"""An answer, or why there is none."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from bide.client.errors import RequestError, ResponseError, request_error
from bide.client.told import Failure, Told, amount, read_failure
from bide.delivery.answer import answer_text

SUCCESS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request.

    `id` is the request's (``req_…``; empty where it was refused before it was accepted), `index` its place among those that
    were handed in together, `status` the HTTP status, `raw` the provider's body as it came. `lane` is ``batch`` or
    ``realtime``, `cost` in USD; None where unknown. `error` is None for a success.
    """

    id: str
    index: int
    status: int
    raw: bytes = field(repr=False)
    lane: str | None = None
    cost: Decimal | None = None
    error: RequestError | None = None

    @property
    def ok(self) -> bool:
        """Whether there is an answer."""
        return self.error is None

    @property
    def text(self) -> str:
        """The answer's text: of a completion, a response or a message; an embedding as a JSON array, and whatever has no
        text of its own as JSON. Raises the `error` where there is no answer."""
        return answer_text(b'{"body":' + self._body() + b"}")

    @property
    def body(self) -> Any:
        """The answer's body, decoded. Raises the `error` where there is no answer.

        The SDKs' types take it: ``openai.types.chat.ChatCompletion.model_validate(answer.body)``.
        """
        try:
            return msgspec.json.decode(self._body())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ResponseError(f"the answer's body is not JSON ({error}); its bytes are in `raw`") from None

    def _body(self) -> bytes:
        if self.error is not None:
            raise self.error
        return self.raw


def answer_of(told: Told, index: int) -> Answer:
    """The answer in a settled request."""
    response, cost = told.response, amount(told.amount_usd)
    status = response.status_code if response else 502
    raw = bytes(response.body) if response else b""
    if raw == b"null":
        raw = b""
    error = None
    if status >= SUCCESS or told.status != "succeeded":
        why = told.error or (read_failure(raw) if raw else Failure(told.status, f"the request {told.status}"))
        error = request_error(status, why.code or why.type, why.message, param=why.param, body=raw or None)
    return Answer(told.id, index, status, raw, told.lane, cost, error)
