"""Which account serves a model, by the name a caller gives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from bide.core.errors import BideError


@dataclass(frozen=True, slots=True)
class Offer:
    """What an account serves: `aliases` are the user's own names for its models, `patterns` cover bare names."""

    account: str
    patterns: Sequence[str] = ()
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes, and what its model is called there."""

    account: str
    model: str
    spread: bool = False
    """Whether other accounts may serve it as well: it came by a name that has several places."""


class NoRouteError(BideError):
    """No account serves the model, or several do; write it as account/model."""

    code = "model_not_routable"

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}; {remedy}")
        self.why = why
        self.remedy = remedy


def route(model: str, offers: Sequence[Offer], named: str | None = None, known: Sequence[str] = ()) -> Route:
    """The account that serves a model.

    In this order: the account that is `named` for everything; an alias; ``account/model``; the account whose patterns cover
    the bare name; the only account there is. `known` are names of providers that could be switched on.

    Raises:
        NoRouteError: none of these, or two accounts have an equal claim.
    """
    by_name = {offer.account: offer for offer in offers}
    if named is not None:
        return Route(named, _own_name(model, by_name[named]))
    claims = [Route(offer.account, offer.aliases[model]) for offer in offers if model in offer.aliases]
    if not claims:
        prefix, slash, rest = model.partition("/")
        if slash and rest and prefix in by_name:
            return Route(prefix, by_name[prefix].aliases.get(rest, rest))
        if slash and rest and prefix in known:
            meant = " or ".join(f"{name}/{model}" for name in by_name)
            remedy = "`bide providers` says how to do it" + (
                f"; if it is a name of another's, write {meant}" if meant else ""
            )
            raise NoRouteError(f"the account {prefix} is not switched on", remedy)
        claims = [
            Route(offer.account, model)
            for offer in offers
            if any(fnmatchcase(model, pattern) for pattern in offer.patterns)
        ]
    if not claims and len(offers) == 1:
        return Route(offers[0].account, model)
    if len(claims) == 1:
        return claims[0]
    accounts = [claim.account for claim in claims] or list(by_name)
    if not accounts:
        raise NoRouteError(
            "no provider is switched on", "`bide providers` says how to do it; `bide sim` is one for a rehearsal"
        )
    who = "more than one account serves" if claims else "none of the accounts claims"
    names = ", ".join(f"{account}/{model}" for account in accounts)
    remedy = f"write one of {names}, give it an alias, or " + (
        "list its accounts under [placement.accounts]" if claims else "switch its provider on (`bide providers`)"
    )
    raise NoRouteError(f"{who} {model!r}", remedy)


def _own_name(model: str, offer: Offer) -> str:
    """The model without the account's own name before it."""
    bare = model.removeprefix(f"{offer.account}/")
    return offer.aliases.get(bare, bare)
