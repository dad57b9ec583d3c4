"""Real-time calls: their limits, their latency, their answer and their charge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import xxhash

from bide.core.clock import HOUR, MILLISECOND, MINUTE, SECOND
from bide.core.usage import Usage
from bide.simulator import notation as written
from bide.simulator.answers import BYTES_PER_TOKEN, Answer, Answers, embedding
from bide.simulator.behaviour import Alternation, Bouts
from bide.simulator.chance import Chance, Spread
from bide.simulator.charges import Charge
from bide.simulator.exchange import Content, Reply
from bide.simulator.fate import Fate
from bide.simulator.levels import Level
from bide.simulator.limits import Limits
from bide.simulator.refusal import NO_FLEX, Failure, Refusal
from bide.simulator.rows import FAILING_ROWS, POISONED, REFUSED_ROW, poison


@dataclass(frozen=True, kw_only=True)
class Scarce:
    """`flex_scarce` of `[realtime]`: calm and bouts in turn, of random length, whose means are `calm` and `bout`; a run begins
    calm."""

    refused: Annotated[float, written.share] = 0.6
    calm: Annotated[int, written.duration] = 3 * HOUR
    bout: Annotated[int, written.duration] = 45 * MINUTE


@dataclass(frozen=True, kw_only=True)
class CallSettings:
    """`[realtime]` of a script. `latency` is to the first token; 0 `tokens_per_second` is all the others at once.

    `flex_refused` is the share of calls with service tier `flex` that meet no capacity (429, not charged), and
    `flex_wait` how much longer the others take. In the bouts of `flex_scarce` its `refused` is that share. `flex_served` false
    serves such calls as any other, as a project with a tier of its own does.
    """

    latency: Annotated[Spread, written.times] = field(default=Spread(400 * MILLISECOND, 0.4))
    tokens_per_second: Annotated[int, written.whole] = 100
    flex_refused: Annotated[float, written.share] = 0.03
    flex_wait: Annotated[Spread, written.times] = field(default=Spread(25 * SECOND, 1.2, most=870 * SECOND))
    flex_scarce: Annotated[Scarce | None, written.table_of(Scarce, "flex_scarce")] = None
    flex_served: Annotated[bool, written.flag] = True


INSTANT = CallSettings(latency=Spread(0), tokens_per_second=0, flex_refused=0.0, flex_wait=Spread(0))
"""The calls of fast mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a call asks for, whatever the protocol it is written in.

    `said` gives the words that the answer quotes (asked for only if it does), `cap` the most output tokens, `failure` what the protocol finds wrong
    with the body once the call has been counted.
    """

    model: str
    said: Callable[[], str]
    cap: int | None = None
    embeds: bool = False
    flex: bool = False
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer that has been charged, for its protocol to write. `key` makes its id; times are in microseconds."""

    key: str
    answer: Answer
    levels: Sequence[Level]
    first: int
    speaking: int
    flex: bool = False
    """Whether it was served in the flex tier."""

    def whole(self, body: Content, headers: Mapping[str, str]) -> Reply:
        """The reply that has it in one piece."""
        return Reply(200, body, headers=dict(headers), delay=self.first + self.speaking)

    def streamed(
        self,
        events: Sequence[bytes],
        headers: Mapping[str, str],
        content_type: str = "text/event-stream; charset=utf-8",
    ) -> Reply:
        """The reply that has it as events, which are spoken evenly."""
        return Reply(200, b"", content_type, dict(headers), self.first, events, self.speaking // len(events))


class Calls:
    """The calls of one run. Billed ones stand in `charges`, in the order they arrived."""

    def __init__(
        self,
        settings: CallSettings,
        limits: Limits,
        models: Sequence[str],
        answers: Answers,
        chance: Chance,
        started_at: int = 0,
        fate: Fate | None = None,
    ) -> None:
        self._settings = settings
        self._fate = fate
        scarce = settings.flex_scarce
        self._scarcity = (
            Alternation(Bouts(calm=scarce.calm, bout=scarce.bout), chance.within("scarce")) if scarce else None
        )
        self._started_at = started_at
        self._limits = limits
        self._models = models
        self._answers = answers
        self._chance = chance
        self.charges: list[Charge] = []
        self.received = 0

    def answer(self, ask: Ask, raw: Content, client_request_id: str | None, now: int) -> Spoken:
        """The answer to one call, whose body is `raw`.

        Raises:
            Refusal: the call is not valid, a limit is reached, or the prompt's marker asks for an error.
        """
        self.received += 1
        nth = self.received
        # What fails from here on has used up a request all the same.
        levels = self._limits.spend(ask.model, max(ask.cap or 0, len(raw) // BYTES_PER_TOKEN), now)
        if failure := self._failure(ask, raw):
            raise Refusal(failure, levels=levels)
        flex = ask.flex and self._settings.flex_served
        if flex and self._chance.happens(self._refused(now), "flex", nth):
            raise Refusal(NO_FLEX, levels=levels)
        digest = xxhash.xxh3_64_intdigest(raw)
        usage = embedding(len(raw)) if ask.embeds else self._answers.usage(ask.cap, digest, len(raw))
        first, speaking = self._chance.spread(self._settings.latency, "latency", nth), self._speaking(usage)
        if self._fate is not None:
            usage, first, speaking = self._fate.usage(raw, usage), self._fate.call(raw), 0
        if flex:
            first += self._chance.spread(self._settings.flex_wait, "flex wait", nth)
        self.charges.append(
            Charge(
                mode="flex" if flex else "realtime",
                client_request_id=client_request_id,
                digest=f"{digest:016x}",
                model=ask.model,
                usage=usage,
                at=now + first + speaking,
            )
        )
        answer = self._answers.answer(ask.said, digest, usage)
        return Spoken(self._chance.identifier("", "call", nth), answer, levels, first, speaking, flex)

    def _failure(self, ask: Ask, raw: Content) -> Failure | None:
        """Why a call is not answered: its model, its parameters, or what its prompt's marker asks for."""
        if self._models and ask.model not in self._models:
            message = f"The model {ask.model!r} does not exist or you do not have access to it."
            return Failure(404, message, code="model_not_found")
        marker = poison(raw) if POISONED in raw else None
        if marker in ("validation", "unnamed"):
            return REFUSED_ROW
        return ask.failure or FAILING_ROWS.get(marker or "")

    def _refused(self, now: int) -> float:
        """The share of flex calls that are turned away now."""
        settings = self._settings
        if settings.flex_scarce and self._scarcity and self._scarcity.in_bout(now - self._started_at):
            return settings.flex_scarce.refused
        return settings.flex_refused

    def _speaking(self, usage: Usage) -> int:
        """Microseconds from the first token to the last."""
        speed = self._settings.tokens_per_second
        return usage.output * SECOND // speed if speed else 0
