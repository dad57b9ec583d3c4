"""Real-time calls: their limits, their latency, their answer and their charge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import xxhash

from bide.core.clock import MILLISECOND, SECOND
from bide.core.usage import Usage
from bide.simulator import endpoints
from bide.simulator import notation as written
from bide.simulator.answers import BYTES_PER_TOKEN, Answers
from bide.simulator.body import EMBEDDINGS, Body, poison, read_body
from bide.simulator.chance import Chance, Spread
from bide.simulator.charges import Charge
from bide.simulator.exchange import Content, Reply
from bide.simulator.limits import Limits
from bide.simulator.lines import FAILING_ROWS, POISONED, REFUSED_ROW
from bide.simulator.refusal import NO_FLEX, Failure, Refusal
from bide.simulator.wire import encode


@dataclass(frozen=True, kw_only=True)
class CallSettings:
    """`[realtime]` of a script. `latency` is to the first token; 0 `tokens_per_second` is all the others at once.

    `flex_refused` is the share of calls with service tier `flex` that meet no capacity (429, not charged), and
    `flex_wait` how much longer the others take.
    """

    latency: Annotated[Spread, written.times] = field(default=Spread(400 * MILLISECOND, 0.4))
    tokens_per_second: Annotated[int, written.whole] = 100
    flex_refused: Annotated[float, written.share] = 0.03
    flex_wait: Annotated[Spread, written.times] = field(default=Spread(25 * SECOND, 1.2, most=870 * SECOND))


INSTANT = CallSettings(latency=Spread(0), tokens_per_second=0, flex_refused=0.0, flex_wait=Spread(0))
"""The calls of fast mode."""


class Calls:
    """The calls of one run. Billed ones stand in `charges`, in the order they arrived."""

    def __init__(
        self, settings: CallSettings, limits: Limits, models: Sequence[str], answers: Answers, chance: Chance
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._models = models
        self._answers = answers
        self._chance = chance
        self.charges: list[Charge] = []
        self.received = 0

    def answer(self, endpoint: str, raw: Content, client_request_id: str | None, now: int) -> Reply:
        """The reply to one call; a stream where the body asks for one.

        Raises:
            Refusal: the body is not valid, a limit is reached, or the prompt's marker asks for an error.
        """
        self.received += 1
        nth = self.received
        body = read_body(raw)
        if isinstance(body, Failure):
            raise Refusal(body)
        if not body.model:
            raise Refusal(Failure(400, "You must provide a model parameter.", param="model"))
        # What fails from here on has used up a request all the same.
        headers = self._limits.spend(body.model, max(body.cap or 0, len(raw) // BYTES_PER_TOKEN), now)
        flex = body.service_tier == "flex"
        if failure := self._failure(endpoint, body, raw):
            raise Refusal(failure, headers)
        if flex and self._chance.happens(self._settings.flex_refused, "flex", nth):
            raise Refusal(NO_FLEX, headers)
        digest = xxhash.xxh3_64_intdigest(raw)
        usage = self._answers.usage(endpoint, body, digest, len(raw))

        first = self._chance.spread(self._settings.latency, "latency", nth)
        if flex:
            first += self._chance.spread(self._settings.flex_wait, "flex wait", nth)
        speaking = self._speaking(usage)
        self.charges.append(
            Charge(
                mode="flex" if flex else "realtime",
                client_request_id=client_request_id,
                digest=f"{digest:016x}",
                model=body.model,
                usage=usage,
                at=now + first + speaking,
            )
        )
        answer = self._answers.answer(body, digest, usage)
        key = self._chance.identifier("", "call", nth)
        tier = "flex" if flex else "default"
        if body.stream and endpoint != EMBEDDINGS:
            events = list(endpoints.streamed(endpoint, key, now // SECOND, body, answer, tier))
            return Reply(
                200, b"", "text/event-stream; charset=utf-8", dict(headers), first, events, speaking // len(events)
            )
        made = endpoints.whole(endpoint, key, now // SECOND, body, answer, tier)
        return Reply(200, encode(made), headers=dict(headers), delay=first + speaking)

    def _failure(self, endpoint: str, body: Body, raw: Content) -> Failure | None:
        """Why a call is not answered: its model, its parameters, or what its prompt's marker asks for."""
        if self._models and body.model not in self._models:
            message = f"The model {body.model!r} does not exist or you do not have access to it."
            return Failure(404, message, code="model_not_found")
        marker = poison(raw) if POISONED in raw else None
        if marker in ("validation", "unnamed"):
            return REFUSED_ROW
        return body.fault(endpoint) or FAILING_ROWS.get(marker or "")

    def _speaking(self, usage: Usage) -> int:
        """Microseconds from the first token to the last."""
        speed = self._settings.tokens_per_second
        return usage.output * SECOND // speed if speed else 0
