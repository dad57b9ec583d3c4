"""Requests: added, found again by their index, read back in the order of the input, given up."""

from dataclasses import replace

from bide.core.bucket import Phase, Tally
from bide.core.deadline import OnMiss
from bide.core.states import AttemptState, BatchState, RequestState
from bide.store.requests import Repeat
from bide.testing.scene import TOKENS, Scene, held, report
from bide.testing.store.case import StoreCase

UNUSUAL = [
    "line\u2028separator",
    "𝄞 beyond the basic plane",
    "q'u\"o\\te",
    "%s $1 :name {brace}",
    "tab\tand\nnewline",
    " ",
    "",
]


class RequestCases(StoreCase):
    """Verbs over requests and buckets."""

    async def test_a_bucket_is_made_once(self, scene: Scene) -> None:
        job = await scene.begin()
        assert await scene.bucket_in(job) == await scene.bucket_in(job)

    async def test_what_is_added_is_counted(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        assert handed.bucket.tallies == {Phase.WAITING: Tally(3, 3 * TOKENS)}
        assert handed.bucket.longest == 200

    async def test_a_repeated_custom_id_is_found_wherever_it_comes_again(self, scene: Scene) -> None:
        job = await scene.begin()
        bucket = await scene.bucket_in(job)
        new = await scene.rows(job, bucket, 4)
        again = [(row[0], row[1] + 100, *row[2:]) for row in new.rows]
        add = scene.store.requests.add
        assert await add(replace(new, rows=[*new.rows[:2], again[0]])) == [Repeat(101, "ticket-1", 1)]
        assert await add(replace(new, rows=[again[1], *new.rows[2:]])) == [Repeat(102, "ticket-2", 2)]
        accepted = await scene.accept(job, 4)
        assert (await scene.buckets(accepted))[0].waiting == Tally(4, 4 * TOKENS)

    async def test_repeats_are_found_among_hundreds_that_are_added_together(self, scene: Scene) -> None:
        job = await scene.begin()
        new = await scene.rows(job, await scene.bucket_in(job), 250)
        again = [(row[0], row[1] + 1_000, *row[2:]) for row in new.rows[::50]]
        repeats = await scene.store.requests.add(replace(new, rows=[*new.rows[:70], *again, *new.rows[70:]]))
        assert [repeat.first_line for repeat in repeats if repeat.line > 1_000] == [1, 51]
        assert [repeat.first_line for repeat in repeats if repeat.line <= 1_000] == [1_101, 1_151, 1_201]

    async def test_the_same_custom_id_in_another_job_is_no_repeat(self, scene: Scene) -> None:
        await scene.hand_in(2)
        await scene.hand_in(2)

    async def test_thousands_are_added_at_a_time_in_their_order(self, scene: Scene) -> None:
        handed = await scene.hand_in(2_500)
        results: list[int] = []
        after = 0
        while page := await scene.store.requests.results(scene.owner, handed.job, after, 700):
            results += [row["line"] for row in page]
            after = page[-1]["id"]
        assert results == list(range(1, 2_501))

    async def test_any_text_comes_back_as_it_was(self, scene: Scene) -> None:
        job = await scene.begin(name=UNUSUAL[0], workflow=UNUSUAL[1])
        new = await scene.rows(job, await scene.bucket_in(job), len(UNUSUAL))
        named = [(*row[:2], text, *row[3:]) for row, text in zip(new.rows, UNUSUAL, strict=True)]
        assert await scene.store.requests.add(replace(new, rows=named)) == []
        accepted = await scene.accept(job, len(UNUSUAL))
        assert (accepted.name, accepted.workflow) == (UNUSUAL[0], UNUSUAL[1])
        page = await scene.store.requests.results(scene.owner, accepted, 0, 100)
        assert [row["custom_id"] for row in page] == UNUSUAL

    async def test_a_message_with_a_null_character_does_not_keep_an_answer_out(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [call] = await scene.call(handed.bucket)
        assert (
            await scene.settle_calls([report(call.attempt, AttemptState.ERRORED, permanent=True, message="a\0b")]) == 1
        )
        [row] = await scene.store.requests.results(scene.owner, handed.job, 0, 10)
        assert row["message"] in ("a\0b", "a\ufffdb")

    async def test_results_carry_what_settled_each_request(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        answered, failed, _ = await scene.call(handed.bucket)
        reports = [
            report(answered.attempt, amount=5, status=200, inline=b"\x00\xff raw"),
            report(failed.attempt, AttemptState.ERRORED, permanent=True, status=400, code="bad", message="no"),
        ]
        await scene.settle_calls(reports)
        page = await scene.store.requests.results(scene.owner, handed.job, 0, 10)
        assert [row["state"] for row in page] == ["succeeded", "failed", "open"]
        first, second, third = page
        assert (first["lane"], first["status"], first["amount"]) == ("realtime", 200, 5)
        assert bytes(first["response"]) == b"\x00\xff raw"
        assert (first["attempt"], first["settled_at"]) == (answered.attempt, scene.now)
        assert (second["status"], second["code"], second["message"]) == (400, "bad", "no")
        assert third["attempt"] is third["settled_at"] is third["response"] is None

    async def test_waiting_requests_are_given_up_in_bulk(self, scene: Scene) -> None:
        handed = await scene.hand_in(5, on_miss=OnMiss.EXPIRE)
        await scene.call(handed.bucket, 1)
        give_up = scene.store.requests.give_up
        assert await give_up(handed.bucket, RequestState.EXPIRED, Phase.WAITING, 3, scene.now) == 3
        assert await give_up(handed.bucket, RequestState.EXPIRED, Phase.WAITING, 3, scene.now) == 1
        assert await give_up(handed.bucket, RequestState.EXPIRED, Phase.WAITING, 3, scene.now) == 0
        progress = await scene.store.jobs.progress(scene.owner, handed.job.id)
        assert progress.phases == {Phase.EXPIRED: 4, Phase.CALLING: 1}

    async def test_what_is_given_up_in_a_batch_may_still_be_answered_late(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        give_up = scene.store.requests.give_up
        assert await give_up(handed.bucket, RequestState.EXPIRED, Phase.BATCHED, 10, scene.now) == 2
        assert (await scene.get(handed.job)).answered_at == scene.now
        await scene.land(batch, [report(one, amount=9) for one in await scene.attempts(batch)])
        progress = await scene.store.jobs.progress(scene.owner, handed.job.id)
        assert progress.phases == {Phase.EXPIRED: 2}
        assert (progress.paid, progress.wasted) == (0, 18)
        reasons = {total.reason for total in await scene.store.ledger.totals(scene.owner, handed.job.id)}
        assert reasons == {"answered after it was expired"}
        await scene.store.batches.harvested(held(batch), scene.now)

    async def test_a_bucket_can_be_protected_later(self, scene: Scene) -> None:
        handed = await scene.hand_in(1, 1, 1)
        assert [one.protected for one in handed.buckets] == [True, True, False]
        await scene.store.buckets.protect(handed.buckets[2], scene.now)
        await scene.store.buckets.protect(handed.buckets[2], scene.now)
        assert all(one.protected for one in await scene.buckets(handed.job))
        kinds = [event["kind"] for event in await scene.store.events.of_job(scene.owner, handed.job.id)]
        assert kinds.count("bucket.protected") == 1
