"""The gateway's parts, put together; and its engine, where it has one of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bide.accounts import State, states
from bide.embedded import Embedded
from bide.engine.context import Context, nobody_waits
from bide.engine.service import Service
from bide.gateway.api.tail import Tail
from bide.gateway.audits import Audits
from bide.gateway.batches.endings import Endings
from bide.gateway.batches.validations import Validations
from bide.gateway.books import Books
from bide.gateway.calculator_page import CalculatorPages
from bide.gateway.calls import Calls, Policy
from bide.gateway.deferring import Deferring
from bide.gateway.files.results import Results
from bide.gateway.holding import Places
from bide.gateway.identities import Identities
from bide.gateway.messages import orphans
from bide.gateway.onward import Onward
from bide.gateway.passing import Passing
from bide.gateway.pressure import Pressure
from bide.gateway.repeats import Repeats
from bide.gateway.responses.going_on import GoingOn
from bide.gateway.responses.kept import Kept
from bide.gateway.telling import Telling
from bide.gateway.upkeep import Upkeep
from bide.gateway.waiters import Waiters
from bide.intake.routing import Routing
from bide.intake.single import Desk
from bide.lanes.arrival.urgency import Words
from bide.settings import GatewaySettings


@dataclass(slots=True)
class Gateway:
    """Everything that a surface may need. `service` is None where others do the engine's work."""

    context: Context
    settings: GatewaySettings
    routing: Routing
    desk: Desk
    waiters: Waiters
    books: Books
    deferring: Deferring
    telling: Telling
    calls: Calls
    identities: Identities
    kept: Kept
    pressure: Pressure
    calculator: CalculatorPages
    audits: Audits
    results: Results
    endings: Endings
    validations: Validations
    upkeep: Upkeep
    tail: Tail
    accounts: Sequence[State]
    """Every account that is on or could be."""
    home: Path
    """The folder in which a newer catalogue of prices may lie."""
    service: Service | None
    is_draining: bool = False
    working: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Take over from gateways that died, and begin."""
        await self.context.store.database.attend(self.context.holder)
        await self.books.recover(at_once=True)
        await self.deferring.recover()
        await orphans.release(self.context)
        self.waiters.start()
        self.pressure.start()
        self.upkeep.start()
        if self.service is not None:
            self.working = asyncio.create_task(self.service.run())

    async def stop(self) -> None:
        """Finish what is under way; everything is on record when this returns."""
        await self.upkeep.stop()
        await self.validations.stop()
        await self.books.settle()
        await self.kept.settle()
        await self.deferring.settle()
        await self.waiters.stop()
        await self.pressure.stop()
        if self.service is not None and self.working is not None:
            self.service.stop()
            await self.working

    def wake(self) -> None:
        """Have the engine look."""
        if self.service is not None:
            self.service.wake()


def _failover(context: Context, settings: GatewaySettings) -> dict[str, list[str]]:
    """By the name of a model, the names that are tried for an urgent call: its places in their order, unless failover says so."""
    placed = {
        model: [f"{account}/{model}" for account in names]
        for model, names in context.settings.placement.accounts.items()
    }
    return {**placed, **settings.failover}


def build(bide: Embedded, *, engine: bool) -> Gateway:
    """A gateway over an opened bide.

    Raises:
        SettingError: no provider is switched on, or a rule cannot be used.
    """
    settings, deadline = bide.config.settings.gateway, bide.config.settings.deadline
    context = bide.context
    waiters = Waiters(context)
    context = replace(context, on_settled=waiters.look)
    desk = Desk(context)
    books = Books(context)
    service = Service(context) if engine else None
    telling = Telling(context, waiters)
    wake = service.wake if service else nobody_waits
    deferring = Deferring(context, desk, waiters, Places(settings.held), telling, wake)
    policy = Policy(
        bide.config.settings.urgency_rules,
        Words(settings.flex, settings.background, deadline.on_miss, deadline.low),
    )
    pressure = Pressure(context, settings, bide.config.home)
    kept = Kept(context)
    going_on = GoingOn(context, desk.routing, kept)
    repeats = Repeats(context, desk.routing, books)
    onward = Onward(context, desk.routing, Passing(context, books, kept), _failover(context, settings), repeats)
    calls = Calls(context, desk.routing, onward, going_on, deferring, policy, pressure, settings.largest_body, repeats)
    validations = Validations(context, desk.routing, wake)
    return Gateway(
        tail=Tail(context.store),
        accounts=states(bide.config.settings.providers, bide.config.environment),
        context=context,
        settings=settings,
        routing=desk.routing,
        desk=desk,
        waiters=waiters,
        books=books,
        deferring=deferring,
        telling=telling,
        calls=calls,
        service=service,
        identities=Identities(context),
        kept=kept,
        pressure=pressure,
        calculator=CalculatorPages(context.clock, bide.config.home),
        audits=Audits(),
        home=bide.config.home,
        results=Results(context),
        endings=Endings(context),
        validations=validations,
        upkeep=Upkeep(
            context, [validations.recover, books.recover, deferring.recover, partial(orphans.release, context)]
        ),
    )
