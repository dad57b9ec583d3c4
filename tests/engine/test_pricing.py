import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.engine.desk import Desk

from bide.core.clock import DAY, HOUR
from bide.core.money import RateCard, Rates
from bide.core.span import Span
from bide.core.usage import Usage
from bide.engine.call import Caller
from bide.engine.pricing import BATCH, STANDARD, Pricing, Tariff
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.decision.decision import Wanted
from bide.lanes.hours.window import Window
from bide.ledger.hours import day_of
from bide.ledger.prices import Prices
from bide.providers.port import Answer, RateHeaders, Row, Verdict

USAGE = Usage(input=100, output=10)


def card(mode: str, dollars_per_million: int, day: str = "2027-01-15") -> RateCard:
    """The same price for every token: a dollar per million is 1e-6 USD, which is 1e9 of 1e-15."""
    each = dollars_per_million * 10**9
    return RateCard("openai", "small", mode, day, ((0, Rates(each, each, each, each)),), "a test", "exact")


@dataclass
class Cards:
    """A source that knows some prices, and counts how often it is asked."""

    known: dict[str, int]
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    restored: list[str] = field(default_factory=list[str])

    def card(self, provider: str, model: str, mode: str, day: str) -> RateCard | None:
        self.asked.append((mode, day))
        return card(mode, self.known[mode], day) if mode in self.known else None

    def when(self, provider: str, model: str, instant: int) -> str:
        return day_of(instant)

    def cheap_hours(self, provider: str, model: str, mode: str, day: str) -> Window | None:
        return None

    def window(self, provider: str, model: str) -> int | None:
        return None

    def encode(self, card: RateCard) -> str:
        return f"{card.mode} on {card.day}"

    def restore(self, text: str) -> bool:
        self.restored.append(text)
        return True


@pytest.mark.parametrize(
    ("known", "mode", "amount", "listed"),
    [
        pytest.param({STANDARD: 4, BATCH: 2}, BATCH, 220, 440, id="a batch, beside its list price"),
        pytest.param({STANDARD: 4, BATCH: 2}, STANDARD, 440, 440, id="the list price itself"),
        pytest.param({STANDARD: 4}, BATCH, None, 440, id="an unknown price is not the list price"),
        pytest.param({BATCH: 2}, BATCH, 220, None, id="a list price that nobody knows"),
        pytest.param({}, BATCH, None, None, id="nothing is known"),
    ],
)
async def test_what_an_answer_costs(
    desk: Desk, known: dict[str, int], mode: str, amount: int | None, listed: int | None
) -> None:
    tariff = await Pricing(desk.scene.store, Cards(known)).tariff("openai", "small", mode, desk.scene.now)

    price = tariff.price(USAGE)

    assert (price.usage, price.card) == (USAGE, tariff.card_id)
    assert (tariff.card_id is None) == (mode not in known)
    assert (price.amount, price.listed) == tuple(
        millionths and millionths * 10**6 for millionths in (amount, listed)
    )  # 110 tokens at 2 USD per million are 220e-6 USD


def test_an_answer_that_tells_no_tokens_has_no_price() -> None:
    price = Tariff(card(BATCH, 2), 1, card(STANDARD, 4)).price(None)

    assert (price.usage, price.amount, price.listed) == (Usage(), None, None)


def test_an_answer_with_a_token_that_has_no_price_is_unpriced() -> None:
    priced, written = card(STANDARD, 4), Usage(input=100, cache_write=100, cache_write_1h=100)
    hourly = replace(priced, tiers=((0, replace(priced.tiers[0][1], cache_write_1h=8 * 10**9)),))

    price = Tariff(card(BATCH, 2), 1, hourly).price(written)

    assert (price.usage, price.card, price.amount, price.listed) == (written, 1, None, 800 * 10**6)


async def test_a_tariff_is_resolved_once_a_day(desk: Desk) -> None:
    cards = Cards({STANDARD: 4, BATCH: 2})
    pricing = Pricing(desk.scene.store, cards)

    first = await pricing.tariff("openai", "small", BATCH, desk.scene.now)
    assert await pricing.tariff("openai", "small", BATCH, desk.scene.now) is first
    assert cards.asked == [(BATCH, "2027-01-15"), (STANDARD, "2027-01-15")]

    await pricing.tariff("openai", "small", BATCH, desk.scene.now + DAY)
    assert cards.asked[2:] == [(BATCH, "2027-01-16"), (STANDARD, "2027-01-16")]


async def test_no_more_tariffs_are_remembered_than_there_is_room_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bide.engine.pricing.TARIFFS", 3)
    cards = Cards({STANDARD: 4})
    pricing = Pricing(desk.scene.store, cards)
    for day in range(8):
        await pricing.tariff("openai", "small", STANDARD, desk.scene.now + day * DAY)
    assert len(pricing._tariffs) <= 3  # pyright: ignore[reportPrivateUsage]
    asked = len(cards.asked)
    await pricing.tariff("openai", "small", STANDARD, desk.scene.now + 7 * DAY)
    assert len(cards.asked) == asked


async def test_what_was_paid_can_be_reckoned_again(desk: Desk) -> None:
    """Both cards are kept; a later process takes them up before it asks its own catalogue."""
    store = desk.scene.store
    tariff = await Pricing(store, Cards({STANDARD: 4, BATCH: 2})).tariff("openai", "small", BATCH, desk.scene.now)
    later = Cards({STANDARD: 5, BATCH: 3})

    await Pricing(store, later).tariff("openai", "small", STANDARD, desk.scene.now)

    kept = {one.id: one.card for one in await store.ledger.cards("2027-01-15")}
    assert sorted(kept.values()) == ["batch on 2027-01-15", "standard on 2027-01-15"]
    assert tariff.card_id is not None
    assert kept[tariff.card_id] == "batch on 2027-01-15"
    assert sorted(later.restored) == sorted(kept.values())


async def test_the_catalogue_is_such_a_source(desk: Desk) -> None:
    pricing = Pricing(desk.scene.store, Prices({"openai/small": {"input": "2", "output": "8", "batch": "0.5"}}))

    tariff = await pricing.tariff("openai", "small", BATCH, desk.scene.now)
    price = tariff.price(USAGE)

    assert price.listed == (100 * 2 + 10 * 8) * 10**6
    assert price.amount == price.listed // 2


@pytest.mark.parametrize(
    ("tier", "dollars"),
    [
        pytest.param(None, 8, id="none is named"),
        pytest.param("default", 8, id="the standard tier"),
        pytest.param("flex", 4, id="flex"),
        pytest.param("priority", 16, id="priority"),
        pytest.param("scale", None, id="one without a price: unknown, and not nothing"),
    ],
)
async def test_a_call_is_priced_by_the_tier_that_its_reply_names(
    desk: Desk, tier: str | None, dollars: int | None
) -> None:
    handed = await desk.scene.hand_in(1)
    desk.context.pricing.source = Cards({"standard": 8, "flex": 4, "priority": 16})
    row = Row("a", Verdict.ANSWERED, b"{}", 200, usage=Usage(input=10**6), tier=tier)
    desk.provider.script["send"] = Answer(row, RateHeaders())
    tasks: list[asyncio.Task[None]] = []

    def spawn(work: Any) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(work))
        return tasks[-1]

    async def read(span: Span) -> bytes:
        return b"{}"

    object.__setattr__(desk.scene.store.bodies, "read", read)
    key = (handed.bucket.account, handed.bucket.model)
    caller = Caller(desk.context, spawn, lambda: None)
    await caller.serve([Wanted(handed.bucket, 1, [], "due")], {key: Capacity(600, None, True)})
    await asyncio.gather(*tasks)

    progress = await desk.scene.store.jobs.progress(desk.scene.owner, handed.job.id)
    assert (progress.paid, progress.unpriced) == ((dollars or 0) * 10**12, int(dollars is None))


async def test_an_answer_is_priced_at_its_instant_where_the_price_depends_on_the_hour(desk: Desk) -> None:
    pricing = Pricing(desk.scene.store, Prices({"local/m": {"input": "2", "output": "2", "off_peak": NIGHT}}))
    midnight = desk.clock.now() // DAY * DAY
    night, noon = [await pricing.tariff("local", "m", STANDARD, midnight + at * HOUR) for at in (3, 12)]

    assert (night.price(USAGE).amount, noon.price(USAGE).amount) == (110 * 10**6, 220 * 10**6)
    assert night.card_id != noon.card_id


NIGHT = {"hours": "02:00-06:00 UTC", "times": "0.5"}
