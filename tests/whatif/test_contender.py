"""Who is compared, by name, with bide's settings on top; and what holds for each of them."""

from collections.abc import Sequence

import pytest
from tests.whatif.given import a_log, weather

from bide.config import load
from bide.core.clock import HOUR, SECOND
from bide.core.errors import InputError, SettingError
from bide.settings import Settings
from bide.whatif.contender import CLAIRVOYANT, COPIES, DEFAULT, FLEX, Contender, contender, played
from bide.whatif.ours import Policy
from bide.whatif.outcome import Prices, Sums, sums
from bide.whatif.scenario import NEVER, SCENARIOS, Scenario

OURS = ("bide", COPIES, FLEX, "classic")
"""Those that are bide."""


def configured(assignments: Sequence[str]) -> Settings:
    return load({"BIDE_HOME": "/nowhere"}, assignments=assignments).settings


def everybody() -> list[Contender]:
    return [contender(text, configured) for text in (*DEFAULT, *OURS[1:])] + list(CLAIRVOYANT)


def result(one: Contender, scenario: Scenario) -> Sums:
    return sums(played(one, a_log(), Prices(), weather(scenario)).book)


def test_bide_takes_settings_of_its_own() -> None:
    way = contender("bide, deadline.safety=60s,gather.single_below=1h", configured).way

    assert isinstance(way, Policy)
    assert (way.rules.margins.safety, way.rules.grouping.single_below) == (60 * SECOND, HOUR)


def test_classic_is_bide_with_the_classic_queue() -> None:
    classic, usual = contender("classic", configured).way, contender("bide", configured).way

    assert isinstance(classic, Policy)
    assert isinstance(usual, Policy)
    assert classic.rules.grouping.share == 0
    assert classic.gather_share < usual.gather_share


def test_copies_are_switched_on_by_name() -> None:
    way = contender(COPIES, configured).way

    assert isinstance(way, Policy)
    assert way.rules.copies


def test_the_flex_tier_is_there_for_whoever_is_named_for_it_and_for_nobody_else() -> None:
    flexed = {
        text: played(contender(text, configured), a_log(20), Prices(), weather(NEVER)).book.flexed for text in OURS
    }

    assert [one.name for one in everybody() if one.flex] == [FLEX]
    assert [text for text, answers in flexed.items() if answers] == [FLEX]


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        pytest.param("clever", InputError, "there is no policy clever", id="unknown"),
        pytest.param("seed,gather.longest=1m", InputError, "settings are bide's", id="a rule with settings"),
        pytest.param("bide,gather.long=1m", SettingError, "did you mean gather.longest", id="no such setting"),
    ],
)
def test_what_nobody_knows_is_refused(text: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        contender(text, configured)


@pytest.mark.parametrize("one", everybody(), ids=lambda one: one.name)
def test_what_is_answered_is_paid_and_nothing_costs_less_than_batches(one: Contender) -> None:
    book = played(one, a_log(), Prices(), weather(SCENARIOS["measured"])).book

    for number, arrival in enumerate(book.arrivals):
        least = 0.0 if book.is_open(number) else 0.5 * book.prices.call(arrival)
        assert book.paid[number] >= least


@pytest.mark.parametrize("one", everybody(), ids=lambda one: one.name)
def test_the_same_seed_is_the_same_story(one: Contender) -> None:
    first, second = (played(one, a_log(), Prices(), weather(SCENARIOS["bimodal"])) for _ in range(2))

    assert (first.book.answered_at, first.book.paid) == (second.book.answered_at, second.book.paid)
    assert first.kept == second.kept


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_luckiest_minute_is_never_dearer_than_the_first(name: str) -> None:
    single, luckiest = (result(one, SCENARIOS[name]) for one in CLAIRVOYANT)

    assert luckiest.cost <= single.cost <= 1


def test_calling_everything_costs_what_it_costs() -> None:
    called = result(contender("realtime", configured), SCENARIOS["measured"])

    assert (called.cost, called.wasted, called.met, called.unanswered) == (pytest.approx(1.0), 0, called.requests, 0)


@pytest.mark.parametrize("text", OURS)
def test_where_no_batch_ever_ends_everything_is_answered_and_hardly_dearer(text: str) -> None:
    found = result(contender(text, configured), NEVER)

    assert found.cost <= 1.005
    assert found.unanswered == 0
    assert found.met == found.requests
