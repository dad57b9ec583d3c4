"""Keys: found by the digest of their secret for as long as they are good, and by nothing else."""

from typing import Any

import pytest

from bide.core.clock import DAY, HOUR
from bide.core.deadline import Priority
from bide.core.errors import ConflictError, NotFoundError
from bide.core.identifiers import new_identifier
from bide.core.key import Key, digest_of, new_secret, prefix_of
from bide.core.states import Lane
from bide.store.keys import GRACE, NewKey
from bide.testing.scene import Scene
from bide.testing.store.case import StoreCase


async def make_key(scene: Scene, **changes: Any) -> tuple[Key, str]:
    """A key of the scene's owner, and its secret."""
    secret = new_secret(scene.entropy)
    fields: dict[str, Any] = {
        "external_id": new_identifier("key", scene.entropy),
        "name": "reports",
        "digest": digest_of(secret),
        "prefix": prefix_of(secret),
    }
    return await scene.store.keys.create(scene.owner, NewKey(**(fields | changes)), scene.now), secret


async def found(scene: Scene, secret: str) -> Key | None:
    """The key that a secret opens now."""
    return await scene.store.keys.find(digest_of(secret), scene.now)


class KeyCases(StoreCase):
    """`create`, `find`, `list`, `revoke` and `rotate`."""

    async def test_a_key_is_found_by_the_digest_of_its_secret_with_all_that_was_said_of_it(self, scene: Scene) -> None:
        said: dict[str, Any] = {
            "expires_at": scene.now + DAY,
            "models": ("gpt-5*", "claude-?"),
            "lanes": frozenset({Lane.BATCH, Lane.CACHE}),
            "priority": Priority.LOW,
            "workflow": "reports",
            "requests_per_minute": 60,
            "tokens_per_minute": 10_000,
            "budget_day": 5,
            "budget_month": 50,
            "budget_hard": False,
        }
        key, secret = await make_key(scene, **said)
        assert {name: getattr(key, name) for name in said} == said
        assert (key.owner, key.created_at, key.prefix) == (scene.owner, scene.now, secret[:11])
        assert await found(scene, secret) == key
        assert await scene.store.keys.list(scene.owner) == [key]

    async def test_what_is_not_said_limits_nothing(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        assert (key.models, key.lanes, key.budget_day, key.budget_month, key.expires_at) == (None,) * 5
        assert key.budget_hard

    async def test_another_secret_opens_nothing(self, scene: Scene) -> None:
        key, secret = await make_key(scene)
        for other in ("", secret[:-1], secret.upper(), key.prefix, key.external_id, secret + "\0"):
            assert await found(scene, other) is None
        assert await scene.store.keys.find(b"", scene.now) is None

    async def test_an_expired_key_opens_nothing(self, scene: Scene) -> None:
        _, secret = await make_key(scene, expires_at=scene.now + HOUR)
        scene.now += HOUR - 1
        assert await found(scene, secret) is not None
        scene.now += 1
        assert await found(scene, secret) is None

    async def test_a_revoked_key_opens_nothing_and_stays_in_the_list(self, scene: Scene) -> None:
        key, secret = await make_key(scene)
        assert await scene.store.keys.exist()
        revoked = await scene.store.keys.revoke(scene.owner, key.external_id, scene.now)
        assert await found(scene, secret) is None
        assert await scene.store.keys.list(scene.owner) == [revoked]
        assert not await scene.store.keys.exist()
        again = await scene.store.keys.revoke(scene.owner, key.external_id, scene.now + HOUR)
        assert again.revoked_at == scene.now

    async def test_both_secrets_are_good_while_the_grace_of_a_rotation_lasts(self, scene: Scene) -> None:
        key, former = await make_key(scene, budget_day=7)
        secret = new_secret(scene.entropy)
        rotated = await self._rotate(scene, key, secret)
        assert (rotated.id, rotated.external_id, rotated.budget_day) == (key.id, key.external_id, 7)
        assert rotated.prefix == secret[:11]
        scene.now += GRACE - 1
        assert await found(scene, secret) == await found(scene, former) == rotated
        scene.now += 1
        assert await found(scene, former) is None
        assert await found(scene, secret) == rotated

    async def test_of_two_rotations_in_a_row_the_first_secret_is_good_no_more(self, scene: Scene) -> None:
        key, first = await make_key(scene)
        second, third = new_secret(scene.entropy), new_secret(scene.entropy)
        await self._rotate(scene, key, second)
        await self._rotate(scene, key, third)
        assert [await found(scene, one) is not None for one in (first, second, third)] == [False, True, True]

    async def test_a_rotation_without_grace_ends_the_former_secret_at_once(self, scene: Scene) -> None:
        key, former = await make_key(scene)
        secret = new_secret(scene.entropy)
        await self._rotate(scene, key, secret, grace=0)
        assert await found(scene, former) is None
        assert await found(scene, secret) is not None

    async def test_a_revoked_key_has_no_secret_any_more_that_opens_it(self, scene: Scene) -> None:
        key, former = await make_key(scene)
        secret = new_secret(scene.entropy)
        await self._rotate(scene, key, secret)
        await scene.store.keys.revoke(scene.owner, key.external_id, scene.now)
        assert await found(scene, former) is await found(scene, secret) is None
        with pytest.raises(ConflictError, match="is revoked"):
            await self._rotate(scene, key, new_secret(scene.entropy))

    async def test_an_owner_has_nothing_to_do_with_anothers_keys(self, scene: Scene) -> None:
        key, secret = await make_key(scene)
        keys = scene.store.keys
        assert await keys.list("another") == []
        with pytest.raises(NotFoundError):
            await keys.revoke("another", key.external_id, scene.now)
        with pytest.raises(NotFoundError):
            await keys.rotate("another", key.external_id, b"digest", "bide-", scene.now)
        assert await found(scene, secret) == key
        assert await keys.list(None) == [key]

    async def test_no_two_keys_have_one_secret(self, scene: Scene) -> None:
        _, secret = await make_key(scene)
        with pytest.raises(ConflictError):
            await make_key(scene, digest=digest_of(secret))

    async def _rotate(self, scene: Scene, key: Key, secret: str, **options: Any) -> Key:
        return await scene.store.keys.rotate(
            scene.owner, key.external_id, digest_of(secret), prefix_of(secret), scene.now, **options
        )
