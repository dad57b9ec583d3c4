"""Keys for tests, and what they have spent."""

from typing import Any

from bide.core.budget import Span, Standing
from bide.core.identifiers import new_identifier
from bide.core.key import Key, digest_of, new_secret, prefix_of
from bide.core.money import DOLLAR
from bide.embedded import Embedded
from bide.store.keys import NewKey

CENT = DOLLAR // 100


async def make_key(bide: Embedded, owner: str = "acme", **fields: Any) -> tuple[Key, str]:
    """A key, and its secret."""
    entropy = bide.context.entropy
    secret = new_secret(entropy)
    told: dict[str, Any] = {
        "external_id": new_identifier("key", entropy),
        "name": "reports",
        "digest": digest_of(secret),
        "prefix": prefix_of(secret),
    }
    return await bide.store.keys.create(owner, NewKey(**(told | fields)), bide.context.clock.now()), secret


async def standing(bide: Embedded, key: Key, span: Span = Span.DAY) -> Standing:
    """Where a key stands."""
    return (await bide.store.budgets.standings(key.id, bide.context.clock.now()))[span]


def bearing(secret: str, **more: str) -> dict[str, str]:
    """Headers with a key; underscores of names are hyphens."""
    return {"Authorization": f"Bearer {secret}"} | {name.replace("_", "-"): value for name, value in more.items()}
