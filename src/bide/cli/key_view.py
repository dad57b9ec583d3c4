"""How `bide keys` shows a key: as JSON, and as a row of a table. Nothing of its secret but the beginning."""

from collections.abc import Mapping
from typing import Any

from bide.core.budget import Span, Standing
from bide.core.clock import to_datetime
from bide.core.key import Key
from bide.core.money import format_money, to_decimal

Standings = Mapping[Span, Standing]
"""Where a key stands today and this month."""

COLUMNS = ("key", "name", "owner", "secret", "state", "models", "lanes", "today", "this month")


def facts(key: Key, standings: Standings, now: int) -> dict[str, Any]:
    """A key as JSON: USD as decimal text, ISO 8601 instants."""
    return {
        "key": key.external_id,
        "name": key.name,
        "owner": key.owner,
        "secret_prefix": key.prefix,
        "state": _state(key, now),
        "created_at": _instant(key.created_at),
        "expires_at": _instant(key.expires_at),
        "revoked_at": _instant(key.revoked_at),
        "former_secret_until": _instant(key.former_until),
        "models": None if key.models is None else list(key.models),
        "lanes": None if key.lanes is None else sorted(key.lanes),
        "priority": key.priority,
        "workflow": key.workflow,
        "requests_per_minute": key.requests_per_minute,
        "tokens_per_minute": key.tokens_per_minute,
        "on_budget": "refuse" if key.budget_hard else "warn",
        **{str(span): _standing(standings[span]) for span in Span},
    }


def _standing(standing: Standing) -> dict[str, str | None]:
    return {
        "period": standing.period,
        "budget": _text(standing.budget),
        "spent": _text(standing.spent),
        "reserved": _text(standing.reserved),
        "left": _text(standing.left),
        "renews_at": _instant(standing.renews_at),
    }


def row(key: Key, standings: Standings, now: int) -> list[str]:
    """A key under `COLUMNS`."""
    return [
        key.external_id,
        key.name,
        key.owner,
        f"{key.prefix}…",
        _state(key, now),
        "every" if key.models is None else ", ".join(key.models),
        "every" if key.lanes is None else ", ".join(sorted(key.lanes)),
        *(_money(standings[span], hard=key.budget_hard) for span in Span),
    ]


def _money(standing: Standing, *, hard: bool) -> str:
    """``$1.20 spent, $0.30 reserved of $5.00``."""
    text = f"{format_money(standing.spent)} spent"
    if standing.reserved:
        text += f", {format_money(standing.reserved)} reserved"
    if standing.budget is not None:
        text += f" of {format_money(standing.budget)}{'' if hard else ' (warns)'}"
    return text


def _state(key: Key, now: int) -> str:
    """``live``, ``expired`` or ``revoked``."""
    if key.is_live(now):
        return "live"
    return "expired" if key.revoked_at is None else "revoked"


def _text(amount: int | None) -> str | None:
    return None if amount is None else format(to_decimal(amount).normalize(), "f")


def _instant(at: int | None) -> str | None:
    return None if at is None else to_datetime(at).isoformat().replace("+00:00", "Z")
