"""News: promised with the work, due when the work is settled, told under one name until it arrives or is given up."""

import asyncio
from dataclasses import replace

import pytest

from bide.core.bucket import Part, Phase
from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.deadline import OnMiss
from bide.core.errors import ConflictError, NotFoundError, RefusedError
from bide.core.identifiers import new_identifier
from bide.core.states import AttemptState, BatchState, RequestState
from bide.store import endpoints
from bide.store.deliveries import NEWS, WEBHOOK, Delivery, Recipient, Try
from bide.store.endpoints import Endpoint, NewEndpoint
from bide.store.taking import Gathering, NewCall, Taken
from bide.testing.scene import Handed, Scene, report
from bide.testing.store.case import StoreCase

URL = "https://example.com/hook"


def tried(error: str | None = None, status: int | None = 200) -> Try:
    return Try(1, 2, status, error)


async def an_endpoint(scene: Scene, url: str = URL) -> Endpoint:
    """Somebody's endpoint, made where there is none."""
    new = NewEndpoint(scene.owner, new_identifier("whe", scene.entropy), url, "sealed 1")
    return await scene.store.endpoints.ensure(new, scene.now)


async def a_recipient(scene: Scene, url: str = URL) -> Recipient:
    endpoint = await an_endpoint(scene, url)
    return Recipient(WEBHOOK, '{"url":"somewhere"}', new_identifier("evt", scene.entropy), endpoint.id)


def a_call(scene: Scene, external_id: str, *recipients: Recipient) -> NewCall:
    gathering = Gathering(scene.owner, None, None, OnMiss.RESCUE, scene.now + HOUR, scene.now, f"job_of_{scene.seed}")
    return NewCall(
        external_id=external_id,
        gathering=gathering,
        account=scene.account,
        model=scene.model,
        endpoint=scene.endpoint,
        part=Part.ASSUMED,
        body=b"{}",
        input_tokens=1,
        output_tokens=1,
        path=scene.endpoint,
        asked_model=scene.model,
        digest=external_id.encode(),
        idempotency_key=None,
        urgency="within",
        deadline=scene.now + HOUR,
        stream=False,
        holder=None,
        recipients=recipients,
    )


async def due(scene: Scene, limit: int = 100) -> list[Delivery]:
    """The news that is due, and ours to tell now."""
    return await scene.store.deliveries.claim("teller", "any host", scene.now, scene.now + MINUTE, limit, NEWS)


async def requests_of(scene: Scene, handed: Handed) -> list[int]:
    return [row["id"] for row in await scene.store.requests.results(scene.owner, handed.job, 0, 100)]


class NewsCases(StoreCase):
    """Verbs over deliveries that are news, over endpoints, and over what providers tell."""

    async def test_a_job_is_told_when_it_is_answered(self, scene: Scene) -> None:
        recipient = await a_recipient(scene)
        handed = await scene.hand_in(2, destination="there")
        await scene.store.deliveries.announce(scene.owner, handed.job.id, recipient, scene.now)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        first, second = await scene.attempts(batch)
        await scene.land(batch, [report(first)])
        assert await due(scene) == []
        await scene.land(batch, [report(second)])
        [told] = await due(scene)
        assert (told.event_id, told.job_id, told.request_id) == (recipient.event_id, handed.job.id, None)
        assert (told.owner, told.endpoint_id) == (scene.owner, recipient.endpoint_id)
        assert await due(scene) == [], "it is held"

    async def test_recipients_are_promised_with_the_job(self, scene: Scene) -> None:
        recipient = await a_recipient(scene)
        job = await scene.begin()
        await scene.accept(job, 0, recipients=[recipient])  # it has no requests: answered at once
        [told] = await due(scene)
        assert told.event_id == recipient.event_id

    async def test_files_and_news_do_not_wait_for_each_other(self, scene: Scene) -> None:
        job = await scene.begin(destination="there")
        await scene.accept(job, 0, recipients=[await a_recipient(scene)], host="host")
        snapshot = await scene.store.snapshots.take("host", scene.now)
        assert (snapshot.next_delivery, snapshot.next_news) == (scene.now, scene.now)
        claim = scene.store.deliveries.claim
        [file] = await claim("writer", "host", scene.now, scene.lease_until, 10)
        assert file.kind == "file"
        snapshot = await scene.store.snapshots.take("host", scene.now)
        assert (snapshot.next_delivery, snapshot.next_news) == (scene.lease_until, scene.now)
        [news] = await due(scene)
        assert news.kind == WEBHOOK

    async def test_a_retry_of_the_answers_tells_nobody_twice(self, scene: Scene) -> None:
        job = await scene.begin(destination="there")
        await scene.accept(job, 0, recipients=[await a_recipient(scene)])
        [news] = await due(scene)
        await scene.store.deliveries.told(news, tried(), scene.now)
        await scene.store.deliveries.again(scene.owner, job.id, scene.now)
        assert await due(scene) == []

    async def test_each_request_is_told_when_it_is_settled(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        requests = await requests_of(scene, handed)
        events = dict[int, str]()
        for request in requests:
            recipient = await a_recipient(scene)
            events[request] = recipient.event_id
            await scene.store.deliveries.announce(scene.owner, handed.job.id, recipient, scene.now, request=request)
        calls = await scene.call(handed.bucket, 2)
        await scene.settle_calls([report(calls[0].attempt)])
        [told] = await due(scene)
        assert (told.request_id, told.event_id) == (requests[0], events[requests[0]])
        row = await scene.store.deliveries.request_told(told)
        assert (row["state"], row["lane"], row["model"]) == ("succeeded", "realtime", scene.model)
        await scene.settle_calls([report(calls[1].attempt, AttemptState.ERRORED, permanent=True, code="bad")])
        [failed] = await due(scene)
        assert (failed.request_id, (await scene.store.deliveries.request_told(failed))["code"]) == (requests[1], "bad")
        await scene.store.jobs.cancel(scene.owner, handed.job.id, scene.now)
        [bucket] = await scene.buckets(handed.job)
        await scene.store.requests.give_up(bucket, RequestState.CANCELLED, Phase.WAITING, 10, scene.now)
        [cancelled] = await due(scene)
        assert cancelled.request_id == requests[2]

    async def test_a_call_is_told_when_it_is_settled_or_cancelled(self, scene: Scene) -> None:
        first, second = await a_recipient(scene), await a_recipient(scene)
        calls = [a_call(scene, "req_1", first), a_call(scene, "req_2", second), a_call(scene, "req_3")]
        taken = await scene.store.calls.take(calls, scene.now)
        assert all(isinstance(one, Taken) for one in taken)
        assert await scene.store.calls.cancel(scene.owner, "req_2", scene.now)
        [told] = await due(scene)
        row = await scene.store.deliveries.request_told(told)
        assert (told.event_id, row["custom_id"], row["state"]) == (second.event_id, "req_2", "cancelled")
        [bucket] = (await scene.store.snapshots.take("host", scene.now)).buckets
        ours = await scene.call(bucket)
        await scene.settle_calls([report(one.attempt) for one in ours])
        [told] = await due(scene)
        assert (told.event_id, (await scene.store.deliveries.request_told(told))["custom_id"]) == (
            first.event_id,
            "req_1",
        )

    async def test_an_error_that_may_be_tried_again_tells_nobody(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [request] = await requests_of(scene, handed)
        await scene.store.deliveries.announce(
            scene.owner, handed.job.id, await a_recipient(scene), scene.now, request=request
        )
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt, AttemptState.ERRORED)])
        assert await due(scene) == []

    async def test_requests_of_a_batch_are_told_and_their_job_is_not(self, scene: Scene) -> None:
        handed, other = await scene.hand_in(2), await scene.hand_in(1)
        requests = await requests_of(scene, handed)
        for one, request in ((handed, requests[1]), (other, (await requests_of(scene, other))[0])):
            await scene.store.deliveries.announce(
                scene.owner, one.job.id, await a_recipient(scene), scene.now, request=request
            )
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        await scene.land(batch, [report(one) for one in await scene.attempts(batch)])
        assert [one.request_id for one in await due(scene)] == [requests[1]]

    async def test_what_has_happened_is_told_at_once(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [request] = await requests_of(scene, handed)
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt)])
        for about in (None, request):
            await scene.store.deliveries.announce(
                scene.owner, handed.job.id, await a_recipient(scene), scene.now, request=about
            )
        assert [one.request_id for one in await due(scene)] == [None, request]

    async def _told(self, scene: Scene, url: str = URL) -> Delivery:
        """News that is due, and held."""
        await scene.accept(await scene.begin(), 0, recipients=[await a_recipient(scene, url)])
        [news] = await due(scene, 1)
        return news

    async def test_every_try_is_on_record(self, scene: Scene) -> None:
        store, news = scene.store.deliveries, await self._told(scene)
        await store.failed(news, tried("answered 500", 500), scene.now + HOUR, scene.now)
        assert await due(scene) == []
        scene.now += HOUR
        [again] = await due(scene)
        assert (again.event_id, again.failures, again.trouble) == (news.event_id, 1, "answered 500")
        await store.told(again, tried(), scene.now)
        [logged] = await store.news(scene.owner, 10)
        assert logged.tries == [tried("answered 500", 500), tried()]
        assert (logged.delivery.delivered_at, logged.delivery.trouble, logged.url) == (scene.now, None, URL)
        assert await store.news("other", 10) == []
        assert await store.news(scene.owner, 10, job=news.job_id + 1) == []
        assert await store.news(scene.owner, 10, job=news.job_id, endpoint=news.endpoint_id, event_id=news.event_id)
        assert not await scene.store.is_busy()

    async def test_whoever_lost_the_lease_changes_nothing(self, scene: Scene) -> None:
        store, news = scene.store.deliveries, await self._told(scene)
        scene.now += HOUR
        [again] = await due(scene)
        await store.gave_up(news, tried("too late", None), scene.now)
        await store.told(again, tried(), scene.now)
        await store.failed(news, tried("too late", None), scene.now, scene.now)
        [logged] = await store.news(scene.owner, 10)
        assert (logged.delivery.delivered_at, logged.delivery.given_up_at, logged.delivery.due_at) == (
            scene.now,
            None,
            None,
        )
        assert [one.error for one in logged.tries] == ["too late", None, "too late"], (
            "the other side has heard all of it"
        )

    async def test_a_worker_that_died_holds_nothing(self, scene: Scene) -> None:
        news = await self._told(scene)
        assert "teller" in await scene.store.holders()
        await scene.store.release_holder("teller")
        [again] = await due(scene)
        assert (again.event_id, again.fence) == (news.event_id, news.fence + 1)

    async def test_an_endpoint_that_does_not_answer_is_spared_and_others_are_not(self, scene: Scene) -> None:
        for _ in range(3):
            await scene.accept(await scene.begin(), 0, recipients=[await a_recipient(scene)])
        await scene.accept(await scene.begin(), 0, recipients=[await a_recipient(scene, f"{URL}/other")])
        first, second = await due(scene, 2)
        await scene.store.deliveries.failed(first, tried("no answer", None), scene.now + HOUR, scene.now)
        [other] = await due(scene)
        assert other.endpoint_id != first.endpoint_id
        await scene.store.deliveries.told(second, tried(), scene.now)  # it was under way, and arrived
        scene.now += HOUR
        left = await due(scene)
        assert [(one.endpoint_id, one.failures) for one in left if one.id != other.id] == [
            (first.endpoint_id, 1),
            (first.endpoint_id, 0),
        ]

    async def test_an_endpoint_that_is_gone_is_told_nothing_more(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        await scene.store.deliveries.announce(scene.owner, handed.job.id, await a_recipient(scene), scene.now)
        news, store = await self._told(scene), scene.store.deliveries
        await store.gave_up(news, tried("answered 410", 410), scene.now, gone=True)
        assert (await an_endpoint(scene)).disabled_at == scene.now
        assert {one.delivery.given_up_at for one in await store.news(scene.owner, 10)} == {scene.now}
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt)])
        assert await due(scene) == []
        [listed] = await scene.store.endpoints.all(scene.owner, 10)
        assert (listed.waiting, listed.given_up) == (0, 2)
        await scene.store.endpoints.enable(listed.endpoint)
        assert (await an_endpoint(scene)).disabled_at is None

    async def test_news_is_told_once_more_under_its_name(self, scene: Scene) -> None:
        store, news = scene.store.deliveries, await self._told(scene)
        assert news.event_id is not None
        await store.gave_up(news, tried("answered 500", 500), scene.now)
        assert await store.redeliver("other", news.event_id, scene.now) is None
        assert await store.redeliver(scene.owner, "evt_unknown", scene.now) is None
        assert await store.redeliver(scene.owner, news.event_id, scene.now) is not None
        [again] = await due(scene)
        assert (again.event_id, again.failures, again.given_up_at) == (news.event_id, 0, None)

    async def test_what_has_not_happened_is_not_told_by_asking(self, scene: Scene) -> None:
        handed, recipient = await scene.hand_in(1), await a_recipient(scene)
        await scene.store.deliveries.announce(scene.owner, handed.job.id, recipient, scene.now)
        assert await scene.store.deliveries.redeliver(scene.owner, recipient.event_id, scene.now) is None
        assert await due(scene) == []

    async def test_what_is_put_off_was_not_tried(self, scene: Scene) -> None:
        news = await self._told(scene)
        await scene.store.deliveries.put_off(news, scene.now + HOUR)
        assert await due(scene) == []
        [logged] = await scene.store.deliveries.news(scene.owner, 10)
        assert (logged.delivery.failures, logged.tries) == (0, [])

    async def test_an_address_is_one_endpoint_of_its_owner(self, scene: Scene) -> None:
        other = Scene(scene.store, "other", owner="other")
        made = await asyncio.gather(*[an_endpoint(scene) for _ in range(5)], an_endpoint(other))
        assert len({one.id for one in made[:5]}) == 1
        assert made[5].id != made[0].id
        assert await scene.store.endpoints.secrets(made[0], scene.now) == ["sealed 1"]
        assert [one.endpoint for one in await scene.store.endpoints.all("other", 10)] == [made[5]]
        assert await scene.store.endpoints.at("nobody", URL) is None
        for name in (made[0].external_id, URL):
            assert await scene.store.endpoints.find(scene.owner, name) == made[0]
        with pytest.raises(NotFoundError):
            await scene.store.endpoints.find("other", made[0].external_id)
        with pytest.raises(NotFoundError):
            await scene.store.endpoints.get("other", made[0].id)

    async def test_endpoints_are_not_without_number(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(endpoints, "MOST", 2)
        first = await an_endpoint(scene, f"{URL}/1")
        await an_endpoint(scene, f"{URL}/2")
        with pytest.raises(RefusedError, match="behind a"):
            await an_endpoint(scene, f"{URL}/3")
        assert await an_endpoint(scene, f"{URL}/1") == first

    async def test_a_secret_that_is_replaced_signs_beside_the_new_one_for_a_while(self, scene: Scene) -> None:
        endpoint, store = await an_endpoint(scene), scene.store.endpoints
        await store.rotate(endpoint, "sealed 2", scene.now + DAY, scene.now)
        assert await store.secrets(endpoint, scene.now + DAY - 1) == ["sealed 2", "sealed 1"]
        assert await store.secrets(endpoint, scene.now + DAY) == ["sealed 2"]
        await store.rotate(endpoint, "sealed 3", scene.now + 2 * DAY, scene.now)
        assert await store.secrets(endpoint, scene.now) == ["sealed 3", "sealed 2", "sealed 1"]
        assert await store.secrets(endpoint, scene.now + DAY) == ["sealed 3", "sealed 2"]
        await store.rotate(endpoint, "sealed 4", scene.now, scene.now)
        assert await store.secrets(endpoint, scene.now) == ["sealed 4"], "all others are known to others"

    async def test_a_providers_webhook_is_heard_once_and_makes_its_batch_due(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.SUBMITTED)
        assert batch.provider_id is not None
        await scene.store.batches.observed(
            (batch.id, batch.fence),
            total=1,
            completed=0,
            failed=0,
            started_at=None,
            expires_at=None,
            cancel_asked=False,
            due_at=scene.now + HOUR,
        )
        hear, ids = scene.store.notices.hear, [batch.provider_id, f"batches/{batch.provider_id}"]
        assert await hear("another account", "evt_1", ids, scene.now)
        assert (await scene.store.batches.get(batch.id)).due_at == scene.now + HOUR
        assert await hear(scene.account, "evt_1", ids, scene.now)
        assert (await scene.store.batches.get(batch.id)).due_at == scene.now
        scene.now += 7 * DAY
        assert not await hear(scene.account, "evt_1", ids, scene.now)
        scene.now += DAY
        assert await hear(scene.account, "evt_1", ids, scene.now), "so old ones are forgotten"

    async def test_a_batch_that_has_ended_is_not_woken(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        assert batch.provider_id is not None
        assert not await scene.store.batches.wake(scene.account, batch.provider_id, scene.now)

    async def test_what_is_announced_twice_under_one_name_is_refused(self, scene: Scene) -> None:
        recipient, job = await a_recipient(scene), await scene.begin()
        with pytest.raises(ConflictError):
            await scene.accept(job, 0, recipients=[recipient, replace(recipient)])
