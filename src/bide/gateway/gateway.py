"""The gateway's parts, put together; and its engine, where it has one of its own."""

import asyncio
from dataclasses import dataclass, replace

from bide.embedded import Embedded
from bide.engine.context import Context
from bide.engine.service import Service
from bide.gateway.books import Books
from bide.gateway.calls import Calls, Policy
from bide.gateway.deferring import Deferring
from bide.gateway.holding import Places
from bide.gateway.identities import Identities
from bide.gateway.passing import Passing
from bide.gateway.waiters import Waiters
from bide.intake.routing import Routing
from bide.intake.single import Desk
from bide.lanes.urgency import Words
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
    calls: Calls
    identities: Identities
    service: Service | None
    is_draining: bool = False
    working: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Take over from gateways that died, and begin."""
        await self.context.store.database.attend(self.context.holder)
        await self.books.recover()
        await self.deferring.recover()
        self.waiters.start()
        if self.service is not None:
            self.working = asyncio.create_task(self.service.run())

    async def stop(self) -> None:
        """Finish what is under way; everything is on record when this returns."""
        await self.books.settle()
        await self.deferring.settle()
        await self.waiters.stop()
        if self.service is not None and self.working is not None:
            self.service.stop()
            await self.working

    def wake(self) -> None:
        """Have the engine look."""
        if self.service is not None:
            self.service.wake()


def build(bide: Embedded, *, engine: bool) -> Gateway:
    """A gateway over an opened bide.

    Raises:
        SettingError: no provider is switched on, or a rule cannot be used.
    """
    settings = bide.config.settings.gateway
    context = bide.context
    waiters = Waiters(context)
    context = replace(context, on_settled=waiters.look)
    desk = Desk(context)
    books = Books(context)
    deferring = Deferring(context, desk, waiters, Places(settings.held))
    policy = Policy(bide.config.settings.urgency_rules, Words(settings.flex, settings.background))
    calls = Calls(context, desk.routing, Passing(context, books), deferring, policy, settings.largest_body)
    return Gateway(
        context=context,
        settings=settings,
        routing=desk.routing,
        desk=desk,
        waiters=waiters,
        books=books,
        deferring=deferring,
        calls=calls,
        service=Service(context) if engine else None,
        identities=Identities(context),
    )
