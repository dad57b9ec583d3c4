"""The money report over HTTP: what was answered and passed on, each owner's own, and what cannot be asked."""

from decimal import Decimal

from bide.core.clock import SECOND
from bide.testing.scene import Scene, report
from tests.gateway.api.ask import defer, get, passed
from tests.gateway.place import Place


async def test_what_was_deferred_and_what_was_passed_on_are_both_in_it(at: Place) -> None:
    deferred, once = await defer(at, **{"Bide-Workflow": "tickets"}), await passed(at)
    receipts = [(await get(at, f"/requests/{one}?wait=60"))["receipt"]["price"] for one in (deferred, once)]

    told = await get(at, "/report?by=workflow,lane&outliers=1")
    assert told["by"] == ["workflow", "lane"]
    by_workflow = {one["workflow"]: one for one in told["groups"]}
    assert [by_workflow[name]["paid"] for name in ("tickets", None)] == [one["paid"] for one in receipts]
    assert [by_workflow[name]["list_price"] for name in ("tickets", None)] == [one["list_price"] for one in receipts]
    assert by_workflow[None]["lane"] == "realtime"
    assert Decimal(told["total"]["paid"]) == sum(Decimal(one["paid"]) for one in told["groups"])
    assert told["total"]["requests"] == 2
    assert set(by_workflow[None]) & {"key", "model", "day"} == set()

    past = await get(at, f"/report?until={at.gateway.context.clock.now() // SECOND - 86_400}")
    assert (past["groups"], past["total"]["requests"]) == ([], 0)


async def test_an_owner_sees_their_own_money_only(at: Place) -> None:
    other = Scene(at.bide.store, owner="somebody", now=at.gateway.context.clock.now())
    handed = await other.hand_in(3)
    claimed = await other.call(handed.bucket)
    await other.settle_calls([report(one.attempt, amount=10**12) for one in claimed])

    told = await get(at, "/report?by=provider,model,key,day&tz=Europe/Berlin")
    assert (told["owner"], told["groups"], told["outliers"], told["budgets"]) == ("local", [], [], [])


REFUSED = {
    "by=colour": "by: it names 'colour'; write some of workflow, key, model",
    "by=model,,day": "by: it names ''",
    "tz=Mars/Olympus": "tz: there is no time zone 'Mars/Olympus'",
    "since=yesterday": "since: it is 'yesterday'; write a whole number",
    "outliers=101": "outliers: it is '101'",
    "form=csv": "there is no such query field",
}


async def test_what_cannot_be_asked_is_refused_by_its_name(at: Place) -> None:
    for query, says in REFUSED.items():
        refused = await get(at, f"/report?{query}", 400)
        assert says in refused["error"]["message"]
        assert refused["error"]["param"] == query.partition("=")[0]
