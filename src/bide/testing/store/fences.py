"""Fences and moves: who has lost a batch changes nothing of it, and no batch moves against the table of moves."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bide.core.errors import LeaseLostError
from bide.core.states import BATCH_MOVES, AttemptState, BatchOutcome, BatchState
from bide.store.fence import Fenced
from bide.testing.scene import ROOMY, START, Scene
from bide.testing.store.case import StoreCase

Verb = Callable[[Scene, Fenced], Awaitable[Any]]

MOVES: Mapping[str, tuple[BatchState, Verb]] = {
    "seal": (BatchState.SEALED, lambda scene, held: scene.store.batches.seal(held, START)),
    "withdrawn": (
        BatchState.SEALED,
        lambda scene, held: scene.store.batches.withdrawn(held, "busy", None, START, START),
    ),
    "intend": (BatchState.SUBMITTING, lambda scene, held: scene.store.batches.intend(held, START, START)),
    "ambiguous": (
        BatchState.AMBIGUOUS,
        lambda scene, held: scene.store.batches.ambiguous(held, "no reply", START, START),
    ),
    "submitted": (
        BatchState.SUBMITTED,
        lambda scene, held: scene.store.batches.submitted(
            held, provider_id="provider", submitted_at=START, expires_at=None, due_at=START, now=START
        ),
    ),
    "cancelling": (BatchState.CANCELLING, lambda scene, held: scene.store.batches.cancelling(held, START, START)),
    "ended": (
        BatchState.ENDED,
        lambda scene, held: scene.store.batches.ended(held, outcome=BatchOutcome.EXPIRED, ended_at=START, now=START),
    ),
    "harvested": (BatchState.HARVESTED, lambda scene, held: scene.store.batches.harvested(held, START)),
}
"""The verbs that move a batch, and where to."""

SOURCES = {"seal": {BatchState.OPEN}, "withdrawn": {BatchState.SUBMITTING}}
"""From where, for the two that lead to the same state."""

IN_SOME_STATES: Mapping[str, tuple[frozenset[BatchState], Verb]] = {
    "staged": (frozenset({BatchState.SEALED}), lambda scene, held: scene.store.batches.staged(held, "input")),
    "land": (
        frozenset({BatchState.SUBMITTED, BatchState.CANCELLING, BatchState.ENDED}),
        lambda scene, held: scene.store.batches.land(held, [], [], output_rows=1, error_rows=0, unknown=0, now=START),
    ),
    "write_off": (
        frozenset({BatchState.ENDED}),
        lambda scene, held: scene.store.batches.write_off(held, AttemptState.LOST, 0, 10, START),
    ),
    "divide": (frozenset({BatchState.ENDED}), lambda scene, held: scene.store.batches.divide(held, [], [], START)),
    "cleaned": (frozenset({BatchState.HARVESTED}), lambda scene, held: scene.store.batches.cleaned(held, 0, START)),
}
"""The verbs that move nothing, and the only states in which they do something."""

IN_ANY_STATE: Mapping[str, Verb] = {
    "renew": lambda scene, held: scene.store.batches.renew(held, START),
    "troubled": lambda scene, held: scene.store.batches.troubled(held, "502", START),
    "bar": lambda scene, held: scene.store.batches.bar(held, "no batches", START),
    "observed": lambda scene, held: scene.store.batches.observed(
        held, total=1, completed=1, failed=0, started_at=None, expires_at=None, cancel_asked=False, due_at=START
    ),
}

STATES = list(BatchState)


async def fill(scene: Scene, held: Fenced) -> Any:
    """Fill the batch from the bucket that the scene's last job has."""
    [job, *_] = await scene.store.jobs.recent(scene.owner, 1)
    [bucket] = await scene.buckets(job)
    return await scene.store.batches.fill(held, bucket, ROOMY, 10)


class FenceCases(StoreCase):
    """Fenced verbs, in every state a batch can have."""

    @pytest.mark.parametrize("name", [*MOVES, *IN_SOME_STATES, *IN_ANY_STATE, "fill"])
    async def test_who_has_lost_the_lease_changes_nothing(self, scene: Scene, name: str) -> None:
        verbs = {name: verb for name, (_, verb) in {**MOVES, **IN_SOME_STATES}.items()} | {**IN_ANY_STATE, "fill": fill}
        handed = await scene.hand_in(10)
        for state in STATES:
            batch = await scene.batch(handed.bucket, state, 1)
            before = await scene.store.batches.get(batch.id)
            for fence in (batch.fence - 1, batch.fence + 1):
                with pytest.raises(LeaseLostError):
                    await verbs[name](scene, (batch.id, fence))
            assert await scene.store.batches.get(batch.id) == before
            if state is BatchState.OPEN:
                await scene.store.batches.seal((batch.id, batch.fence), scene.now)

    @pytest.mark.parametrize("name", MOVES)
    async def test_only_moves_of_the_table_are_made(self, scene: Scene, name: str) -> None:
        target, move = MOVES[name]
        handed = await scene.hand_in(10)
        for state in STATES:
            batch = await scene.batch(handed.bucket, state, 1)
            before = await scene.store.batches.get(batch.id)
            allowed = target in BATCH_MOVES[state] and state in SOURCES.get(name, STATES)
            if target is BatchState.HARVESTED and allowed:
                await scene.write_off(batch)
            if allowed:
                await move(scene, (batch.id, batch.fence))
                assert (await scene.store.batches.get(batch.id)).state is target
            else:
                with pytest.raises(LeaseLostError):
                    await move(scene, (batch.id, batch.fence))
                assert await scene.store.batches.get(batch.id) == before
                if state is BatchState.OPEN:
                    await scene.store.batches.seal((batch.id, batch.fence), scene.now)

    @pytest.mark.parametrize("name", [*IN_SOME_STATES, "fill"])
    async def test_what_belongs_to_some_states_is_done_in_no_other(self, scene: Scene, name: str) -> None:
        states, verb = {**IN_SOME_STATES, "fill": (frozenset({BatchState.OPEN}), fill)}[name]
        handed = await scene.hand_in(20)
        for state in STATES:
            batch = await scene.batch(handed.bucket, state, 1)
            before = await scene.store.batches.get(batch.id)
            if state in states:
                await verb(scene, (batch.id, batch.fence))
            else:
                with pytest.raises(LeaseLostError):
                    await verb(scene, (batch.id, batch.fence))
                assert await scene.store.batches.get(batch.id) == before
            if state is BatchState.OPEN:
                await scene.store.batches.seal((batch.id, batch.fence), scene.now)

    async def test_a_claim_ends_every_earlier_lease(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        first = await scene.batch(handed.bucket, BatchState.SEALED)
        second = await scene.claim(replace(first, due_at=first.lease_until))
        with pytest.raises(LeaseLostError):
            await scene.store.batches.intend((first.id, first.fence), scene.lease_until, scene.now)
        await scene.store.batches.intend((second.id, second.fence), scene.lease_until, scene.now)
