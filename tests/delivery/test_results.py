import json

import pytest
from tests.delivery.answered import CENT, answer, answered, chat, failed, hand_in

from bide.core.errors import StoreError
from bide.core.job import Job
from bide.core.states import Lane, RequestState
from bide.delivery import results as module
from bide.delivery.answer import answer_text
from bide.delivery.results import Result, results
from bide.store.objects import LocalObjects
from bide.testing.scene import Scene, report


async def read(scene: Scene, job: Job) -> list[Result]:
    return [result async for page in results(scene.store, job) for result in page]


def texts(found: list[Result]) -> list[str | None]:
    return [answer_text(result.response) if result.response else None for result in found]


async def test_answers_come_in_input_order_with_their_price(scene: Scene) -> None:
    job = await answered(scene, ["a", "b", "c"])

    found = await read(scene, job)

    assert [(result.line, result.custom_id) for result in found] == [(n, f"ticket-{n}") for n in (1, 2, 3)]
    assert texts(found) == ["a", "b", "c"]
    assert {(result.state, result.lane, result.status, result.amount) for result in found} == {
        (RequestState.SUCCEEDED, Lane.BATCH, 200, CENT)
    }


async def test_a_response_is_given_as_it_came(scene: Scene) -> None:
    odd = b'{"status_code": 200,  "request_id":"r","body":{"z":1.0, "a":1e400}}'
    handed = await hand_in(scene, 1)
    await answer(scene, handed, [odd])

    [result] = await read(scene, await scene.get(handed.job))

    assert result.response == odd


async def test_an_answer_that_came_alone(scene: Scene) -> None:
    """A call's answer lies in the database rather than in an object."""
    handed = await hand_in(scene, 1)
    [call] = await scene.call(handed.bucket)
    await scene.settle_calls([report(call.attempt, amount=3, status=200, inline=chat("now"))])

    [result] = await read(scene, await scene.get(handed.job))

    assert (texts([result]), result.lane, result.amount) == (["now"], Lane.REALTIME, 3)


async def test_every_request_has_a_place_answered_or_not(scene: Scene) -> None:
    handed = await hand_in(scene, 3)
    await answer(scene, handed, [chat("a"), failed("bad", "No.")])

    found = await read(scene, await scene.get(handed.job))

    assert [str(result.state) for result in found] == ["succeeded", "failed", "open"]
    assert (found[1].code, found[1].message, found[1].response) == ("bad", "No.", None)
    assert (found[2].lane, found[2].amount) == (None, None)


@pytest.mark.parametrize("page", [1, 2, 3, 4, 100])
async def test_pages_lose_and_repeat_nothing(scene: Scene, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", page)
    job = await answered(scene, [str(number) for number in range(7)])

    sizes = [len(some) async for some in results(scene.store, job)]

    assert sizes == [page] * (7 // page) + ([7 % page] if 7 % page else [])
    assert texts(await read(scene, job)) == [str(number) for number in range(7)]


async def test_a_job_reads_its_own_requests_only(scene: Scene) -> None:
    first, second = await hand_in(scene, 2), await hand_in(scene, 2)
    await answer(scene, first, [chat("a"), chat("b")], "first")
    await answer(scene, second, [chat("c"), chat("d")], "second")

    assert texts(await read(scene, await scene.get(first.job))) == ["a", "b"]
    assert texts(await read(scene, await scene.get(second.job))) == ["c", "d"]


@pytest.mark.parametrize("page", [1, 2, 100])
async def test_a_retrys_answers_stand_in_place_of_the_failures(
    scene: Scene, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", page)
    handed = await hand_in(scene, 5)
    no = failed("bad", "No.")
    await answer(scene, handed, [chat("1"), no, chat("3"), no, no], "first")
    again = await scene.retry(handed.job)
    await answer(scene, again, [chat("2 again"), failed("worse", "No again."), chat("5 again")], "second")

    found = await read(scene, await scene.get(handed.job))

    assert texts(found) == ["1", "2 again", "3", None, "5 again"]
    assert [result.line for result in found] == [1, 2, 3, 4, 5]
    assert (found[3].state, found[3].code) == (RequestState.FAILED, "bad"), "a failure does not stand in for another"


async def test_a_retry_of_a_retry(scene: Scene) -> None:
    handed = await hand_in(scene, 2)
    await answer(scene, handed, [failed("bad", "No."), failed("bad", "No.")], "first")
    await answer(scene, await scene.retry(handed.job), [chat("1 again"), failed("bad", "No.")], "second")
    third = await scene.retry(handed.job)
    await answer(scene, third, [chat("2 at last")], "third")  # the other one has been answered, and paid

    assert texts(await read(scene, await scene.get(handed.job))) == ["1 again", "2 at last"]


async def test_damaged_bytes_are_not_passed_off_as_an_answer(scene: Scene) -> None:
    job = await answered(scene, ["a"])
    objects = scene.store.bodies.objects
    assert isinstance(objects, LocalObjects)
    path = objects.folder / "answers"
    path.write_bytes(path.read_bytes().replace(b'"a"', b'"b"'))

    with pytest.raises(StoreError, match="damaged"):
        await read(scene, job)


async def test_responses_are_json_with_status_and_body(scene: Scene) -> None:
    [result] = await read(scene, await answered(scene, ["a"]))

    assert result.response is not None
    assert set(json.loads(result.response)) == {"status_code", "request_id", "body"}
