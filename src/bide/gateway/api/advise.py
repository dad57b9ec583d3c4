"""What to do with workloads: the advisor over HTTP. Nothing is looked up of anybody's work, and nothing is kept."""

import asyncio
from typing import Annotated

import msgspec

from bide.advise.advice import Advice, Advices
from bide.advise.advisor import advise as advice_on
from bide.advise.basis import basis
from bide.advise.rulebook import PresetName
from bide.advise.workload import Workload
from bide.gateway.api.body import shaped
from bide.gateway.api.paging import fields
from bide.gateway.api.shape.base import Shape
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.ledger.hours import day_of

MOST = 100
"""Workloads of one call."""


class AskedAdvice(Shape, kw_only=True, forbid_unknown_fields=True):
    """Workloads, and by which preset; without one by that of the config."""

    workloads: Annotated[list[Workload], msgspec.Meta(min_length=1, max_length=MOST)]
    preset: PresetName | None = None


_decode = msgspec.json.Decoder(AskedAdvice).decode


async def advise(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Advice on each of the workloads."""
    fields(exchange, ())
    asked = shaped(_decode, await exchange.body(gateway.settings.largest_body))
    context = gateway.context
    rests = basis(context.settings, context.pricing.source.card, day_of(context.clock.now()), asked.preset)
    found: list[Advice] = []
    for one in asked.workloads:
        found.append(advice_on(one, rests))
        await asyncio.sleep(0)  # a hundred of them take tens of milliseconds, and urgent calls pass in between
    await exchange.respond(200, msgspec.json.encode(Advices(data=tuple(found))))
