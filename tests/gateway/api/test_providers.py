"""The accounts over HTTP, as the command line tells them."""

from bide.core.key import digest_of, prefix_of
from bide.store.keys import NewKey
from tests.gateway.api.ask import get
from tests.gateway.place import Place


async def test_accounts_are_told_with_what_is_in_use(at: Place) -> None:
    found = {one["account"]: one for one in (await get(at, "/providers"))["data"]}
    assert [name for name, one in found.items() if one["on"]] == ["anthropic", "openai"]
    assert found["openai"]["address"] == at.simulator.url
    told = await get(at, "/providers/openai")
    assert told["in_use"]["batches_open"] == 0
    assert told["source"]
    assert (await get(at, "/providers/nobody", 404))["error"]["code"] == "not_found"


async def test_whoever_has_a_key_learns_nothing_of_the_installation(at: Place) -> None:
    secret = "bide-of-a-tenant"
    new = NewKey(external_id="key_1", name="theirs", digest=digest_of(secret), prefix=prefix_of(secret))
    await at.bide.store.keys.create("tenant", new, at.bide.context.clock.now())
    at.gateway.identities._exist = (0, False)  # type: ignore[reportPrivateUsage]
    told = await get(at, "/providers/openai", headers={"x-api-key": secret})
    assert [told[name] for name in ("address", "variables", "switched_on_by", "in_use")] == [None] * 4
    assert told["on"]
