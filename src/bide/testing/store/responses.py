"""Responses that are asked about again: where they live, that they were deleted, and what deferred ones were asked."""

import pytest

from bide.core.errors import NotFoundError
from bide.store.responses import Kept
from bide.testing.scene import Scene
from bide.testing.store.case import StoreCase
from bide.testing.store.single_calls import call


class ResponseCases(StoreCase):
    """`keep`, `find`, `delete`, `asked`."""

    async def test_a_response_lives_at_its_account(self, scene: Scene) -> None:
        responses = scene.store.responses
        kept = Kept(scene.owner, "resp_1", scene.account, scene.now)
        for _ in range(2):  # a retry of the same is no other
            await responses.keep([kept, Kept("somebody", "resp_2", scene.account, scene.now)])
        row = await responses.find(scene.owner, "resp_1")
        assert row is not None
        assert (row["account"], row["deleted_at"]) == (scene.account, None)
        assert await responses.find(scene.owner, "resp_2") is None

    async def test_a_deleted_response_is_the_owners_alone(self, scene: Scene) -> None:
        responses = scene.store.responses
        await responses.keep([Kept(scene.owner, "resp_1", scene.account, scene.now)])
        await responses.delete("somebody", "resp_1", scene.now)
        row = await responses.find(scene.owner, "resp_1")
        assert row is not None
        assert row["deleted_at"] is None
        for name in ("resp_1", "resp_of_a_call"):
            await responses.delete(scene.owner, name, scene.now)
            row = await responses.find(scene.owner, name)
            assert row is not None
            assert row["deleted_at"] == scene.now

    async def test_what_a_call_asked_is_read_by_its_owner(self, scene: Scene) -> None:
        new = call(scene, None, None, body=b'{"input":"hello"}')
        await scene.store.calls.take([new], scene.now)
        span, is_live = await scene.store.responses.asked(scene.owner, new.external_id)
        assert (await scene.store.bodies.read(span), is_live) == (new.body, False)
        with pytest.raises(NotFoundError):
            await scene.store.responses.asked("somebody", new.external_id)
