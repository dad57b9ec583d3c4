"""What answers teach about the size of requests."""

import pytest

from bide.core.clock import DAY
from bide.lanes.arrival.weighing import ENOUGH, HALF_LIFE, UNSEEN, Weighing, by_size, weight_of
from bide.lanes.forecast.cell import ANSWERS, SUMS, WHOLE, Kind, Weight, join
from bide.lanes.forecast.forecast import Forecast
from bide.lanes.outcome.lesson import of_tokens

NOW = 20_000 * DAY + DAY // 2


def taught(*lessons: tuple[int, int, int, int]) -> Forecast:
    """After lessons of (answers, estimated, reported, at)."""
    forecast = Forecast()
    for answers, estimated, reported, at in lessons:
        forecast.add(of_tokens("openai", "gpt-5", answers, estimated, reported, at))
    return forecast


def test_reports_teach_how_far_sizes_are_off() -> None:
    weighing = taught((100, 10_000, 13_000, NOW), (100, 10_000, 15_000, NOW)).view(NOW).weighing("openai", "gpt-5")

    assert (weighing.is_known, weighing.answers, weighing.ratio) == (True, pytest.approx(200), pytest.approx(1.4))
    assert weighing.tokens(1_000) == pytest.approx(1_400, abs=1)
    assert weighing.tokens(0) == 0


def test_each_account_and_each_model_has_a_ratio_of_its_own() -> None:
    view = taught((100, 10_000, 20_000, NOW)).view(NOW)

    assert view.weighing("openai", "gpt-4o") == view.weighing("azure", "gpt-5") == UNSEEN
    assert UNSEEN.tokens(1_000) == 1_000


def test_a_few_answers_are_not_gone_by() -> None:
    few = taught((ENOUGH - 1, 1_000, 2_000, NOW)).view(NOW).weighing("openai", "gpt-5")

    assert (few.is_known, few.ratio, few.tokens(1_000)) == (False, 1.0, 1_000)
    assert few.answers == pytest.approx(ENOUGH - 1)


def test_what_was_seen_fades() -> None:
    forecast = taught((400, 100_000, 100_000, NOW - 2 * HALF_LIFE), (100, 25_000, 50_000, NOW))

    weighing = forecast.view(NOW).weighing("openai", "gpt-5")
    assert weighing.ratio == pytest.approx(1.5), "a quarter of the old ones is left"
    assert weighing.answers == pytest.approx(200)


@pytest.mark.parametrize(
    ("estimated", "reported"),
    [
        pytest.param(100, 0, id="nothing reported"),
        pytest.param(100, 801, id="a picture by its URL"),
        pytest.param(801, 100, id="no text"),
        pytest.param(0, 10, id="nothing sent"),
    ],
)
def test_what_is_no_text_teaches_nothing(estimated: int, reported: int) -> None:
    assert of_tokens("openai", "gpt-5", 1, estimated, reported, NOW) == {}


def test_lessons_are_added_up_by_the_day_of_the_answer() -> None:
    lessons = of_tokens("openai", "gpt-5", 1, 100, 120, NOW)
    join(lessons, of_tokens("openai", "gpt-5", 2, 300, 330, NOW + DAY // 4))
    join(lessons, of_tokens("openai", "gpt-5", 1, 100, 110, NOW + DAY))

    found = {(count.since // DAY, count.bin): weight for count, weight in lessons.items()}
    day = NOW // DAY
    assert {count.cell.kind for count in lessons} == {Kind.TOKENS}
    assert found == {
        (day, SUMS): Weight(450, 400),
        (day, ANSWERS): Weight(3 * WHOLE, 0),
        (day + 1, SUMS): Weight(110, 100),
        (day + 1, ANSWERS): Weight(WHOLE, 0),
    }


def test_a_correction_never_loses_a_token() -> None:
    assert Weighing(30, 3.0, 4.0).tokens(10) == 14


def test_a_body_weighs_what_its_text_does_and_a_guess_for_the_rest() -> None:
    assert [by_size(size) for size in (0, 1, 4, 5)] == [0, 1, 1, 2]
    assert weight_of(b'{"a":"' + b"word " * 4_000 + b'"}') == by_size(20_008)
