"""What each lever saves, held against figures that were worked out by hand at list prices.

USD per million tokens on 2026-11-21: gpt-4.1 2 in, 0.50 cached, 8 out, in batches 1, 0.50, 4; gpt-4.1-mini 0.40, 0.10, 1.60, in batches half of
in and out; gpt-5 1.25, 0.125, 10, flex half; claude-sonnet-4-6 3 in, 0.30 read, 3.75 written, 15 out, in batches half of each.
"""

import msgspec
import pytest
from tests.audit.given import DAYS, MONDAY, audited, bounds, days, found, record

from bide.advise.calculator.quantity import quantity
from bide.audit.evidence.month import Pricing
from bide.audit.levers.assumption import Assumptions
from bide.audit.levers.judging import Basis
from bide.audit.plan.audit import audit
from bide.audit.profile.profiling import profile_of
from bide.audit.readers.record import Prefix, Record
from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.money import DOLLAR
from bide.ledger.prices import Prices
from bide.ledger.rates import MODES

CALLED = "84"
"""A month of gpt-4.1 with 30 million tokens in and 3 million out: 30 × 2 + 3 × 8."""


def test_a_month_of_a_month_is_itself() -> None:
    of = audited(days())

    assert (of.times, of.covered, bounds(of.now)) == (1, DAYS * DAY, (CALLED,))


def test_half_a_month_counts_twice() -> None:
    assert bounds(audited(days()[:15]).now) == (CALLED,)


def test_batches_save_half_of_what_is_called() -> None:
    one = found(audited(days()), "batch")

    assert (bounds(one.saves), bounds(one.adds), one.verdict) == (("42",), ("42",), "ask")
    assert one.steps


@pytest.mark.parametrize("batches", [False, None])
def test_batches_that_bide_does_not_have_are_handed_in_without_it(batches: bool | None) -> None:
    one = found(audited(days(), batches={"openai": batches}.get), "batch")

    assert bounds(one.saves) == ("42",)
    assert any("without it" in text for text in one.assumes)


def test_a_provider_without_batches_has_none() -> None:
    one = found(audited(days(model="nobody-s-model"), batches={"openai": False}.get), "batch")

    assert one.says == "the provider has no batches, as far as bide knows"


def test_batches_of_cached_prompts_are_a_range() -> None:
    """12 of 30 million tokens are cached: 18 × 2 + 12 × 0.50 + 24 = 66 now. In a batch 18 + 6 + 12 = 36 where as many are found in the cache,
    and 30 + 12 = 42 where none is."""
    of = audited(days(cached=400_000))
    one = found(of, "batch")

    assert bounds(of.now) == ("66",)
    assert bounds(one.saves) == ("24", "30")
    assert any("0 % of them" in text for text in one.assumes)


def test_batches_of_anthropic_find_three_tenths_of_the_cache_at_least() -> None:
    """12 of 30 million are read: 18 × 3 + 12 × 0.30 + 3 × 15 = 102.60. In a batch at best 98 % of the 12 are found: (18 × 3 + 11.76 × 0.30 + 0.24 ×
    3.75 + 45) ÷ 2 = 51.714; at least 30 %: (18 × 3 + 3.6 × 0.30 + 8.4 × 3.75 + 45) ÷ 2 = 65.79."""
    of = audited(days(provider="anthropic", model="claude-sonnet-4-6", cached=400_000))

    assert bounds(of.now) == ("102.6",)
    assert bounds(found(of, "batch").saves) == ("36.81", "50.886")


def test_what_is_written_for_an_hour_has_its_own_price() -> None:
    """12 of 30 million are written, 3 of these for an hour at 6: 18 × 3 + 9 × 3.75 + 3 × 6 + 3 × 15 = 150.75, and half of it in a batch."""
    of = audited(days(provider="anthropic", model="claude-sonnet-4-6", cache_write=400_000, cache_write_1h=100_000))

    assert bounds(of.now) == ("150.75",)
    assert bounds(found(of, "batch").saves) == ("75.375",)


def test_what_is_written_for_an_hour_at_an_unknown_price_costs_nobody_knows_what() -> None:
    assert audited(days(cache_write=400_000)).now is not None
    assert audited(days(cache_write=400_000, cache_write_1h=100_000)).now is None


def test_flex_is_the_other_way_to_half_the_price() -> None:
    """37.50 + 30 = 67.50 for gpt-5."""
    of = audited(days(model="gpt-5"))

    assert bounds(found(of, "flex").saves) == ("33.75",)
    assert found(of, "flex").verdict == "instead"
    assert found(of, "flex").adds is None


def test_what_could_wait_for_minutes_goes_to_flex() -> None:
    """Its answers take more than a minute: a weak clue, so somebody is to be asked."""
    of = audited([replaced(one, latency=90 * SECOND) for one in days(model="gpt-5")])

    assert next((step.lever, step.verdict) for step in of.plan) == ("flex", "ask")


def test_the_priority_tier_is_for_those_who_wait() -> None:
    of = audited(days(lane="priority"))

    assert bounds(of.now) == ("147",), "30 × 3.50 + 3 × 14"
    assert (found(of, "batch").verdict, bounds(found(of, "batch").saves)) == ("against", ("105",))


def test_fast_mode_has_its_own_price() -> None:
    """claude-fable-5-2: 8 in and 40 out, 16 and 80 in fast mode: 480 + 240."""
    of = audited(days(provider="anthropic", model="claude-fable-5-2", lane="fast"))

    assert bounds(of.now) == ("720",)
    assert found(of, "batch").verdict == "against"
    assert ("anthropic/claude-fable-5-2", "fast") in {(one.model, one.lane) for one in of.prices}


@pytest.mark.parametrize("lane", MODES)
def test_whatever_it_was_sold_as_is_judged(lane: str) -> None:
    assert audited(days(model="gpt-6.1-sol", lane=lane)).workflows[0].parts[0].strand.lane_known == "the log"


def repeated() -> list[Record]:
    """Two equal prompts a day, an hour apart, and one at the end; each a million tokens in and a tenth of that out: 2.80."""
    sizes = {"input": 1_000_000, "output": 100_000, "cached": 0}
    rows = [record(MONDAY + day * DAY + hour * HOUR, prompt=day, **sizes) for day in range(DAYS) for hour in (0, 1)]
    return [*rows, record(MONDAY + DAYS * DAY, prompt=DAYS, **sizes)]


def test_repeats_are_answered_from_a_response_cache() -> None:
    """61 requests at 2.80 are 170.80; 30 of them come again."""
    of = audited(repeated())
    one = found(of, "response cache")

    assert bounds(of.now) == ("170.8",)
    assert (one.verdict, bounds(one.saves)) == ("do", ("84",))


def test_what_a_short_lived_cache_has_forgotten_is_asked_again() -> None:
    of = audited(repeated(), assumptions=Assumptions(keep=5 * MINUTE))

    assert [one.lever for part in of.workflows[0].parts for one in part.findings if one.lever == "response cache"] == []


def test_what_a_response_cache_answers_already_is_captured_and_not_saved_again() -> None:
    """30 of 61 requests were never sent: 30 × 2.80 saved, 31 × 2.80 paid."""
    of = audited([replaced(one, from_cache=True, cost=0) if one.at % DAY else one for one in repeated()])
    one = found(of, "response cache")

    assert (one.verdict, bounds(one.saves)) == ("captured", ("84",))
    assert (bounds(of.now), bounds(of.captured)) == (("86.8",), ("84",))


def test_a_response_cache_that_answers_a_part_can_answer_the_rest() -> None:
    """10 of the 30 repeats were answered from it."""
    of = audited([replaced(one, from_cache=bool(one.at % DAY) and one.at < MONDAY + 10 * DAY) for one in repeated()])

    assert bounds(found(of, "response cache", "captured").saves) == ("28",)
    assert bounds(found(of, "response cache", "do").saves) == ("56",)


def test_streams_are_kept_by_nobody() -> None:
    one = found(audited([replaced(one, streamed=True) for one in repeated()]), "response cache")

    assert one.verdict == "ask"
    assert any("keeps no streams" in text for text in one.assumes)


def test_second_tries_are_no_repeats_to_rely_on() -> None:
    one = found(audited([replaced(one, succeeded=bool(one.at % DAY)) for one in repeated()]), "response cache")

    assert one.strength.word == "fair"
    assert any("31 requests failed" in text for text in one.assumes)


def begun(tokens: int, **fields: object) -> list[Record]:
    """A hundred prompts of 10,000 tokens, a minute apart, with the same beginning; and another prompt a month later."""
    known = {"provider": "anthropic", "model": "claude-sonnet-4-6", "input": 10_000, "output": 0, "cached": 0} | fields
    rows = [record(MONDAY + call * MINUTE, prefix=Prefix(1, tokens), prompt=call, **known) for call in range(100)]
    return [*rows, record(MONDAY + DAYS * DAY, prefix=Prefix(2, 10), prompt=100, **known)]


def test_what_prompts_share_is_read_from_the_prompt_cache() -> None:
    """99 × 2,000 tokens are read at 0.30 in the place of 3. Two beginnings are written at 3.75, taken to be 2,000 long: 0.5346 − 0.003."""
    one = found(audited(begun(2_000)), "prompt cache")

    assert (one.verdict, bounds(one.saves)) == ("do", ("0.5316",))


def test_a_cache_that_looks_by_itself_is_asked_why_it_finds_nothing() -> None:
    """At best 99 × 2,000 tokens of gpt-4.1 at 0.50 in the place of 2, and at least none: it has found none so far."""
    one = found(audited(begun(2_000, provider="openai", model="gpt-4.1")), "prompt cache")

    assert (one.verdict, bounds(one.saves)) == ("ask", ("0", "0.297"))


def test_too_short_a_beginning_is_not_cached() -> None:
    assert [one for one in levers(begun(1_000)) if one == "prompt cache"] == []


def test_a_model_of_which_nothing_is_known_needs_the_longest_beginning() -> None:
    unknown = {"model": "claude-fable-5-2"}

    assert "prompt cache" not in levers(begun(3_000, **unknown))
    one = found(audited(begun(5_000, **unknown)), "prompt cache")
    assert one.verdict == "ask"
    assert any("is not known; 4,096" in text for text in one.assumes)


def test_what_is_cached_already_is_captured_and_not_found_again() -> None:
    """2,000 of 10,000 tokens are read each time: 202,000 × (3 − 0.30)."""
    of = audited(begun(2_000, cached=2_000))

    assert bounds(found(of, "prompt cache").saves) == ("0.5454",)
    assert found(of, "prompt cache").verdict == "captured"


def test_nobody_knows_what_was_cached() -> None:
    one = found(audited(begun(2_000, cached=None)), "prompt cache")

    assert one.verdict == "ask"
    assert any("saved already" in text for text in one.assumes)


def test_what_a_log_says_began_an_earlier_prompt_is_an_upper_bound() -> None:
    """At most 20 of 30 million tokens of gpt-4.1 at 0.50 in the place of 2."""
    one = found(audited(days(seen_before=666_666, input=1_000_000, cached=None)), "prompt cache")

    assert one.verdict == "ask"
    assert bounds(one.saves) == ("0", "29.99997")


def test_a_smaller_model_is_a_possibility_with_its_assumption() -> None:
    """gpt-4.1-mini costs 12 + 4.80: 67.20 less, of which a quarter to a half. In batches half of that is left."""
    one = found(audited(days()), "cheaper model")

    assert (one.verdict, bounds(one.saves), bounds(one.adds)) == ("try", ("16.8", "33.6"), ("8.4", "16.8"))
    assert "assumption" in one.assumes[0]


def test_shorter_prompts_are_a_possibility_with_their_assumption() -> None:
    """10 to 30 % of 60 for the input; of half of that, with a quarter or a half at a fifth of the price: 3 × 0.8, 9 × 0.6."""
    one = found(audited(days()), "shorter prompts")

    assert (bounds(one.saves), bounds(one.adds)) == (("6", "18"), ("2.4", "5.4"))


def test_what_is_assumed_can_be_set() -> None:
    of = audited(days(), assumptions=Assumptions(cheaper=quantity("10%"), shorter=quantity("50%")))

    assert bounds(found(of, "cheaper model").saves) == ("6.72",)
    assert bounds(found(of, "shorter prompts").saves) == ("30",)


def test_savings_multiply() -> None:
    """gpt-4o-mini, 61 times 0.15 in and 0.06 out: 12.81. In batches half; 31 of 61 requests of that; half of the input of these."""
    assumed = Assumptions(shorter=quantity("50%"))
    of = audited([replaced(one, model="gpt-4o-mini") for one in repeated()], assumptions=assumed)
    alone = [found(of, lever) for lever in ("batch", "response cache", "shorter prompts")]

    assert [bounds(one.saves) for one in alone] == [("6.405",), ("6.3",), ("4.575",)], "17.28 in all, more than is paid"
    assert [bounds(one.adds) for one in alone] == [("6.405",), ("3.15",), ("1.1625",)]
    assert bounds(of.now) == ("12.81",)
    assert bounds(of.left) == ("3.255",), "what is only possible is no part of it"


def test_batches_and_flex_are_captured_against_real_time() -> None:
    of = audited(days(lane="batch", cached=400_000))

    assert bounds(of.now) == ("36",)
    assert bounds(found(of, "batch").saves) == ("30",)
    assert bounds(of.captured) == ("48",), "84 in real time with nothing cached, and 36 now"
    assert bounds(found(audited(days(model="gpt-5", lane="flex")), "flex").saves) == ("33.75",)


@pytest.mark.parametrize(
    ("bill", "lane", "known"),
    [
        pytest.param(84 * DOLLAR, "realtime", "the bill", id="list price"),
        pytest.param(42 * DOLLAR, "batch", "the bill", id="half of it"),
        pytest.param(60 * DOLLAR, "realtime", "nobody", id="neither"),
    ],
)
def test_a_bill_tells_the_lane_that_the_log_does_not(bill: int, lane: str, known: str) -> None:
    of = audited(days(lane=None, cost=bill // DAYS))
    strand = of.workflows[0].parts[0].strand

    assert (strand.lane, strand.lane_known) == (lane, known)
    if known == "nobody":
        assert any("taken for real time" in text for text in found(of, "batch").assumes)


@pytest.mark.parametrize(
    ("answered", "known", "verdict"),
    [
        pytest.param({"latency": 9 * SECOND}, "how it was answered", "do", id="soon"),
        pytest.param({"latency": 3 * HOUR}, "nobody", "ask", id="late"),
        pytest.param({"streamed": True}, "how it was answered", "against", id="streamed"),
        pytest.param({}, "nobody", "ask", id="nobody knows"),
    ],
)
def test_what_is_soon_answered_was_called(answered: dict[str, object], known: str, verdict: str) -> None:
    """A nightly call. Where nobody knows how it was sold, it may be in a batch already, so somebody is asked."""
    rows = [
        record(MONDAY + day * DAY + 2 * HOUR, lane=None, input=1_000, output=100, **answered) for day in range(DAYS)
    ]
    of = audited(rows)

    assert (of.workflows[0].parts[0].strand.lane_known, found(of, "batch").verdict) == (known, verdict)


def test_a_price_that_nobody_knows_is_unknown_and_the_bill_is_not() -> None:
    of = audited(days(model="nobody-s-model", cost=DOLLAR))

    assert bounds(of.now) == ("30",)
    assert found(of, "batch").verdict == "unknown"
    assert found(of, "batch").saves is None


def test_tokens_that_nobody_knows_cost_nobody_knows_what() -> None:
    of = audited(days(input=None, output=None, cached=None))

    assert of.now is None
    assert "30 rows have no tokens" in of.notes


def test_a_price_of_long_prompts_is_a_range() -> None:
    """gpt-6.1-sol costs twice as much for more than 272,000 tokens; one prompt of ten was that long: 1 million at 2, or all of it at 4."""
    sizes = [300_000, *[77_777] * 9]
    rows = [record(MONDAY + i * 3 * DAY, model="gpt-6.1-sol", input=size, output=0) for i, size in enumerate(sizes)]
    last = record(MONDAY + (DAYS - 1) * DAY, model="gpt-6.1-sol", input=7, output=0)

    assert bounds(audited([*rows, last]).now) == ("2", "4")


def test_lines_of_a_bill_are_held_against_usage_and_not_added_to_it() -> None:
    of = audited(
        [
            *days(),
            *[
                replaced(one, bill=True, requests=0, input=None, output=None, cached=None, cost=3 * DOLLAR, model="")
                for one in days()
            ],
        ]
    )

    assert bounds(of.now) == (CALLED,)
    assert [(one.provider, bounds(one.billed), bounds(one.listed)) for one in of.bills] == [
        ("openai", ("90",), (CALLED,))
    ]


def test_a_bill_alone_is_what_is_known() -> None:
    of = audited([replaced(one, bill=True, input=None, output=None, cost=DOLLAR) for one in days()])

    assert bounds(of.now) == ("30",)
    assert of.bills == []


def levers(records: list[Record]) -> list[str]:
    """All that is found."""
    return [one.lever for workflow in audited(records).workflows for part in workflow.parts for one in part.findings]


def replaced(one: Record, **fields: object) -> Record:
    """A row with other fields."""
    return msgspec.structs.replace(one, **fields)


def test_embeddings_have_no_output_that_was_forgotten() -> None:
    embedded = found(audited(days(model="text-embedding-3-small", output=0)), "batch")

    assert not any("input only" in text for text in embedded.assumes)
    assert any("input only" in text for text in found(audited(days(output=0)), "batch").assumes)


def test_what_may_cost_more_is_asked_and_not_done() -> None:
    """By night, and nearly all of it read from the cache: 29.7 of 30 million tokens at 0.30 and the rest at 3 are 9.81. In a batch three tenths of
    them are found at least, and the rest written: (8.91 × 0.30 + 20.79 × 3.75 + 0.3 × 3) ÷ 2 = 40.76775."""
    nightly = {
        "provider": "anthropic",
        "model": "claude-sonnet-4-6",
        "input": 1_000_000,
        "cached": 990_000,
        "output": 0,
    }
    of = audited([record(MONDAY + day * DAY + 2 * HOUR, **nightly) for day in range(DAYS)])
    one = found(of, "batch")

    assert bounds(of.now) == ("9.81",)
    assert one.verdict == "ask"
    assert bounds(one.adds)[0] == "-30.95775"
    assert "in the dearest case it costs more than it saves" in one.assumes
    assert of.left == of.now


def test_a_bill_that_is_not_by_the_list_is_said() -> None:
    of = audited(days(cost=2 * DOLLAR))

    assert of.own_bill is not None
    assert [bounds(one) for one in of.own_bill] == [("60",), (CALLED,)]
    assert audited(days(cost=84 * DOLLAR // DAYS)).own_bill is None


def test_where_nobody_counted_requests_the_lowest_tier_is_taken_and_said() -> None:
    of = audited(days(requests=None, model="claude-haiku-5-5", provider="anthropic"))

    assert bounds(of.now) == ("4.5",), "30 × 0.10 + 3 × 0.50"
    assert any("lowest tier" in note for note in of.notes)


def test_one_lane_may_have_no_price() -> None:
    """Nobody lists a real-time price: what a batch would save is unknown, and is no error."""
    prices = Prices({"openai/ours": {"batch": {"input": "1", "output": "1"}}})
    of = audit(profile_of(days(model="ours", output=0)), Basis(pricing=Pricing(prices, "2026-11-21")))

    assert of.now is None
    assert found(of, "batch").saves is None
