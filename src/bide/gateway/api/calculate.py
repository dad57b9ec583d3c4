"""What work of so many tokens would cost: the calculator over HTTP, at the gateway's own prices. Nothing is sent, and nothing is kept."""

import asyncio

import msgspec

from bide.advise.calculator.offers import offers
from bide.advise.calculator.question import HINTS, LEARNED, Question, asked, listed
from bide.advise.calculator.reasoning import SAMPLE, reported
from bide.advise.calculator.rendering import offered
from bide.gateway.api.body import shaped
from bide.gateway.api.paging import fields
from bide.gateway.api.shape.calculation import Calculation, ModelCost
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.ledger.hours import day_of

# Not strict: to JSON 28.0 is as whole as 28.
_decode = msgspec.json.Decoder(Question, strict=False).decode


async def calculate(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The lanes of each model beside each other."""
    fields(exchange, ())
    question = shaped(_decode, await exchange.body(gateway.settings.largest_body), HINTS)
    context = gateway.context
    learned = (
        reported(await context.store.history.reasoned(SAMPLE, caller.owner)) if question.reasoning == LEARNED else None
    )
    wanted = asked(question, day_of(context.clock.now()), learned)
    models = [listed(name, context.settings.providers) for name in question.models]
    told: list[ModelCost] = []
    for one in offers(wanted, models, context.pricing.source):
        told.append(msgspec.convert(offered(one), ModelCost))
        await asyncio.sleep(0)  # fifty of them take tens of milliseconds, and urgent calls pass in between
    found = Calculation(day=wanted.day, tokens_of=wanted.counted_by, models=told)
    await exchange.respond(200, msgspec.json.encode(found))
