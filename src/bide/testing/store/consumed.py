"""What was consumed, page by page: answers to what could wait and calls that were passed on, each once."""

from bide.core.clock import SECOND
from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.store.passages import Passage, Passed
from bide.store.reports import Price
from bide.testing.scene import USAGE, Scene, report
from bide.testing.store.case import StoreCase


class ConsumedCases(StoreCase):
    """`consumed`."""

    async def test_every_paid_answer_is_read_once(self, scene: Scene) -> None:
        began = scene.now
        handed = await scene.hand_in(4)
        calls = await scene.call(handed.bucket, 3)
        await scene.settle_calls([report(one.attempt) for one in calls])
        scene.now += SECOND
        passage = Passage(
            external_id="req_passed",
            owner=scene.owner,
            key=None,
            workflow="chat",
            path=scene.endpoint,
            account=scene.account,
            model=scene.model,
            urgency="default",
            holder=scene.holder,
            body_bytes=10,
            output_tokens=10,
            sent_at=scene.now,
        )
        ended = Passed(
            external_id="req_passed",
            state=AttemptState.ANSWERED,
            status=200,
            code=None,
            price=Price(Usage(input=2, output=1), None, None, None),
            suspected=False,
            first_token_at=None,
            finished_at=scene.now + SECOND,
        )
        await scene.store.passages.record([passage], [ended])

        pages = [page async for page in scene.store.consumed.since(began, 2)]
        *answers, call = [row for page in pages for row in page]

        assert [len(page) for page in pages] == [2, 1, 1]
        assert {
            (
                row["job"],
                row["at"] - began,
                row["account"],
                row["model"],
                row["lane"],
                row["amount"],
                row["input"],
                row["output"],
            )
            for row in answers
        } == {(handed.job.external_id, 0, scene.account, scene.model, "realtime", 1_000, USAGE.input, USAGE.output)}
        assert (call["workflow"], call["at"] - began, call["finished_at"] - call["sent_at"]) == ("chat", SECOND, SECOND)
        assert (call["amount"], call["input"], call["output"], call["provider"], call["caller"]) == (
            None,
            2,
            1,
            None,
            None,
        )
        assert [page async for page in scene.store.consumed.since(scene.now + SECOND)] == []
        assert [page async for page in scene.store.consumed.since(began, 2, scene.owner)] == pages
        assert [page async for page in scene.store.consumed.since(began, 2, "somebody else")] == []
