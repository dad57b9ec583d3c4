"""What the calculator is asked, as JSON: work of so many tokens, and the models to compare. Numbers are exact text, as in ``10M``,
``2.5`` and ``10%-20%``, or whole numbers.
"""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal, Protocol

import msgspec

from bide.advise.calculator.listing import Listed
from bide.advise.calculator.month import Convention
from bide.advise.calculator.offers import Asked
from bide.advise.calculator.quantity import Quantity, exact, given, quantity
from bide.advise.calculator.reasoning import Reported
from bide.advise.calculator.unit import REQUEST, TOKEN
from bide.advise.calculator.workload import NOTHING, Workload
from bide.core.errors import InputError

LEARNED = "learned"
"""What `reasoning` may be in place of a share."""

MOST = 50
"""Models of one question."""

LARGEST = 10**15

_PLAIN, _SHORT, _SHARE = (
    r"[0-9]{1,15}(\.[0-9]{1,9})?",
    r"[0-9]{1,6}(\.[0-9]{1,9})?[kKMBT]",
    r"(100|[0-9]{1,2}(\.[0-9]{1,9})?)%",
)

Model = Annotated[str, msgspec.Meta(pattern="^[!-.0-~]{1,100}/[!-~]{1,200}$", max_length=301)]
"""As ``PROVIDER/MODEL``."""

Text = Annotated[str, msgspec.Meta(pattern=rf"^({_PLAIN}(-{_PLAIN})?|{_SHORT}(-{_SHORT})?)$", max_length=60)]
Number = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)] | Text
"""A number, or a range of which both ends are written alike."""

Positive = (
    Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
    | Annotated[str, msgspec.Meta(pattern="^[1-9][0-9]{0,5}[kKMBT]?$", max_length=7)]
)

Share = Annotated[str, msgspec.Meta(pattern=f"^{_SHARE}(-{_SHARE})?$", max_length=40)]
"""From ``0%`` to ``100%``, or a range."""

Reasoning = Annotated[str, msgspec.Meta(pattern=f"^({LEARNED}|{_SHARE}(-{_SHARE})?)$", max_length=40)]


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work, and the models to compare."""

    models: Annotated[tuple[Model, ...], msgspec.Meta(min_length=1, max_length=MOST)]
    tokens_in: Number
    """Input tokens of all requests."""
    tokens_out: Number = 0
    requests: Positive | None = None
    """How many requests that is; price tiers go by it."""
    per: Literal["once", "hour", "day", "week", "month"] = "once"
    """How often it comes."""
    tokens_of: Annotated[str, msgspec.Meta(pattern="^[!-~]+$", max_length=300)] | None = None
    """Whose tokenizer counted; without it each model is taken to have counted for itself."""
    cached: Share = "0%"
    """Input that is read from the provider's prompt cache."""
    cache_hits: Share = "0%"
    """Requests that a response cache of one's own answers."""
    reasoning: Reasoning = "0%"
    """Hidden output on top of the visible; learned: as in the latest answers on record."""
    compression: Share = "0%"
    """Input that compression leaves out."""
    batch_share: Share | None = None
    """How much of it can wait; the rest is called at once."""
    month_days: Annotated[int, msgspec.Meta(ge=1, le=31)] = 30
    on: datetime.date | None = None
    """The day whose prices hold; without it today."""


_NUMBER = 'write a whole number or text as in "2.5M", or a range with both ends written alike, as in "2M-5M"'
_PART = 'write a share from "0%" to "100%", or a range as in "10%-20%"'

HINTS: Mapping[str, str] = {
    "models": "write PROVIDER/MODEL, as in openai/gpt-4.1",
    "tokens_in": _NUMBER,
    "tokens_out": _NUMBER,
    "requests": 'write a whole number above 0, or text as in "10K"',
    "tokens_of": "write the name of a model, as in gpt-4o",
    "reasoning": f"{_PART}, or learned",
    **dict.fromkeys(("cached", "cache_hits", "compression", "batch_share"), _PART),
}
"""What to write in the fields that have a form of their own."""


class Account(Protocol):
    """The settings of an account, as far as they name its price list."""

    @property
    def catalogue(self) -> str | None:
        """By whose list it is priced."""
        ...


def listed(name: str, accounts: Mapping[str, Account]) -> Listed:
    """A model by its whole name; an account of the config by the price list that it names. Raises `InputError`."""
    account, slash, model = name.partition("/")
    if not slash or not model:
        raise InputError(f"{name}: say whose it is, as in openai/{name.strip('/')}")
    known = accounts.get(account)
    return Listed(name, known.catalogue if known is not None and known.catalogue else account, model)


def work_of(tokens_in: Quantity, tokens_out: Quantity, requests: Quantity | None) -> Workload:
    """Work of so many tokens altogether. Raises `InputError`."""
    if requests is None:
        own = [Quantity(one.low, one.high, TOKEN) for one in (tokens_in, tokens_out)]
        return Workload(input_tokens=own[0], output_tokens=own[1])
    if min(requests.bounds) <= 0:
        raise InputError("requests: give a number above 0, or leave it out")
    count = Quantity(requests.low, requests.high, REQUEST)
    each = [Quantity(one.low, one.high, TOKEN) / count for one in (tokens_in, tokens_out)]
    return Workload(input_tokens=each[0], output_tokens=each[1], requests=count)


def asked(question: Question, today: str, reported: Mapping[str, Reported] | None) -> Asked:
    """The question as the calculator takes it; `reported` is what is on record of reasoning, where it is to be learned from.

    Raises:
        InputError: the work makes no sense.
    """
    work = work_of(
        _number(question.tokens_in),
        _number(question.tokens_out),
        None if question.requests is None else _number(question.requests),
    )
    learned = question.reasoning == LEARNED
    return Asked(
        work=replace(
            work,
            period=question.per,
            cached=given(question.cached),
            answered=given(question.cache_hits),
            reasoning=NOTHING if learned else given(question.reasoning),
            compression=given(question.compression),
        ),
        day=question.on.isoformat() if question.on else today,
        counted_by=question.tokens_of,
        batch_share=given(question.batch_share) if question.batch_share else None,
        month=Convention(days=exact(question.month_days)),
        reported=reported if learned else None,
    )


def _number(value: int | str) -> Quantity:
    return quantity(value) if isinstance(value, int) else given(value)
