"""Rate limits of real-time calls and quotas of enqueued tokens, per model.

A budget fills evenly: its level is a function of its last use and now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from bide.core.clock import MINUTE, SECOND
from bide.simulator import notation as written
from bide.simulator.levels import Level
from bide.simulator.refusal import Failure, Refusal, busy

ANY_MODEL = "*"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A `[[limit]]` of a script, for one model or for each (``"*"``); the last one that names the model and has begun counts.

    `requests` and `tokens` are per minute; `enqueued_tokens` are input tokens of all batches that have not ended,
    `enqueued_requests` their rows that are not done, and `open_batches` their number; a limit for each model counts these
    two over all models together. `over_quota` says how a batch
    over such a quota is refused: ``late`` (it fails in validation, where the protocol knows that) or at the create.
    """

    model: Annotated[str, written.text] = ANY_MODEL
    from_: Annotated[int, written.duration] = 0
    requests: Annotated[int | None, written.whole] = None
    tokens: Annotated[int | None, written.whole] = None
    enqueued_tokens: Annotated[int | None, written.whole] = None
    enqueued_requests: Annotated[int | None, written.whole] = None
    open_batches: Annotated[int | None, written.whole] = None
    over_quota: Annotated[str, written.one_of("late", "400", "429")] = "late"


@dataclass(slots=True)
class Budget:
    """What may be used in a minute. Starts full and fills evenly."""

    limit: int
    level: float
    at: int

    def fill(self, now: int) -> None:
        """Bring the level up to `now`."""
        if now > self.at:
            self.level = min(self.limit, self.level + (now - self.at) * self.limit / MINUTE)
            self.at = now

    def wait(self, amount: int) -> int:
        """Microseconds until so much is there, 0 when it is; what is more than all of it waits for all of it."""
        lacking = min(amount, self.limit) - self.level
        return 0 if lacking <= 0 else max(1, round(lacking * MINUTE / max(1, self.limit)))


class Limits:
    """The limits of an account and what is used of them."""

    def __init__(self, limits: Sequence[Limit], started_at: int) -> None:
        self._limits = limits
        self._started_at = started_at
        self._budgets: dict[tuple[str, str], Budget] = {}

    def limit(self, model: str, now: int) -> Limit | None:
        """The limit in force for a model."""
        elapsed = now - self._started_at
        fitting = (limit for limit in reversed(self._limits) if limit.model in (model, ANY_MODEL))
        return next((limit for limit in fitting if elapsed >= limit.from_), None)

    def spend(self, model: str, tokens: int, now: int) -> Sequence[Level]:
        """Count one call that may use so many tokens, and give what is left.

        Raises:
            Refusal: 429, with the same levels and how long to wait.
        """
        limit = self.limit(model, now)
        if limit is None:
            return ()
        levels: list[Level] = []
        short: tuple[str, Budget, int] | None = None
        for name, amount, most in (("requests", 1, limit.requests), ("tokens", tokens, limit.tokens)):
            if most is None:
                continue
            budget = self._budget(model, name, most, now)
            wait = budget.wait(amount)
            if wait and short is None:
                short = (name, budget, wait)
            if short is None:
                budget.level -= amount
            levels.append(Level(name, most, max(0, int(budget.level)), budget.wait(most), now))
        if short:
            name, budget, wait = short
            used = budget.limit - int(budget.level)
            message = (
                f"Rate limit reached for {model} on {name} per min. Limit: {budget.limit}, used: {used}. "
                f"Please try again in {-(-wait // SECOND)}s."
            )
            raise busy(message, wait, kind=name, levels=levels)
        return levels

    def _budget(self, model: str, name: str, most: int, now: int) -> Budget:
        """A model's budget of requests or tokens, made anew when its limit has changed."""
        budget = self._budgets.get((model, name))
        if budget is None or budget.limit != most:
            budget = self._budgets[model, name] = Budget(most, float(most), now)
        budget.fill(now)
        return budget


def over_quota(model: str, limit: int, unit: str = "token") -> Failure:
    """The failure of a batch that does not fit a quota of what may be enqueued: tokens, requests or batches."""
    return Failure(
        400,
        f"Enqueued {unit} limit reached for {model} in organization org-simulated. Limit: {limit:,} enqueued {unit}s. "
        "Please try again once some in_progress batches have been completed.",
        code=f"{unit}_limit_exceeded",
    )


def refuse_at_create(failure: Failure, status: int) -> Refusal:
    """The same failure as the reply to a create: a 400, or a 429 as some clients expect it."""
    kind = failure.type if status == 400 else "tokens"
    return Refusal(Failure(status, failure.message, kind, failure.code))
