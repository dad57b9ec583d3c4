"""A desk with a herald, and somebody who listens on this machine."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from tests.delivery.receiver import Receiver, listening
from tests.engine.desk import Desk
from tests.engine.desk import opened as desk_opened

from bide.core.entropy import SeededEntropy
from bide.core.job import Job
from bide.delivery.herald import Herald
from bide.delivery.vault import Vault
from bide.engine.context import Context
from bide.engine.tell import Teller
from bide.settings import EmailSettings, Settings, WebhookSettings
from bide.settings.section import Names
from bide.store.deliveries import Told


@dataclass
class Office:
    """Everything that telling takes."""

    desk: Desk
    receiver: Receiver
    herald: Herald
    context: Context
    heralds: list[Herald] = field(default_factory=list[Herald])
    """To be closed."""

    async def tell(self) -> None:
        """Tell what is due."""
        await Teller(self.context, lambda: False).run()

    async def hand_in(self, *sizes: int, url: str | None = None, **changes: Any) -> Job:
        """An accepted job whose end is told; without requests it is answered at once."""
        scene = self.desk.scene
        scene.now = self.desk.clock.now()
        recipients = await self.herald.of_job(scene.owner, url)
        if sizes:
            handed = await scene.hand_in(*sizes, **changes)
            for recipient in recipients:
                await scene.store.deliveries.announce(scene.owner, handed.job.id, recipient, scene.now)
            return handed.job
        return await scene.accept(await scene.begin(**changes), 0, recipients=recipients)

    async def log(self) -> list[Told]:
        return await self.desk.scene.store.deliveries.news(self.desk.scene.owner, 100)

    async def secrets(self) -> list[str]:
        [endpoint] = await self.desk.scene.store.endpoints.all(self.desk.scene.owner, 10)
        return await self.herald.vault.secrets(endpoint.endpoint)

    def with_settings(
        self,
        webhooks: Mapping[str, Any] | None = None,
        email: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> "Office":
        """The same office with other settings of one kind."""
        now = self.context.settings
        settings = Settings(
            webhooks=msgspec.structs.replace(now.webhooks, **(webhooks or {})),
            email=EmailSettings(**(email or {})),
        )
        herald = Herald(
            self.desk.scene.store,
            self.herald.vault,
            settings,
            environment or {},
            self.desk.clock,
            self.context.entropy,
        )
        self.heralds.append(herald)
        return replace(self, herald=herald, context=replace(self.context, settings=settings, herald=herald))


@asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Office]:
    async with desk_opened(folder) as desk, listening() as receiver:
        settings = Settings(webhooks=WebhookSettings(url=receiver.url, allow=Names([receiver.host])))
        entropy = SeededEntropy("herald")
        vault = Vault(desk.scene.store, folder / "secrets.key", desk.clock, entropy)
        herald = Herald(desk.scene.store, vault, settings, {}, desk.clock, entropy)
        context = replace(desk.context, settings=settings, herald=herald)
        office = Office(desk, receiver, herald, context, [herald])
        yield office
        for one in office.heralds:
            await one.close()
