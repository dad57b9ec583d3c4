import pytest

from bide.core.quota import Resource, Source, Told, learned

TOKENS = Resource.ENQUEUED_TOKENS


@pytest.mark.parametrize(
    ("told", "amount", "others", "limit"),
    [
        pytest.param(Told(TOKENS, 2_000_000), 1_500_000, 1_000_000, (2_000_000, Source.NAMED), id="it was named"),
        pytest.param(
            Told(TOKENS), 1_500_000, 500_000, (1_000_000, Source.GUESSED), id="it was not: half of what was tried"
        ),
        pytest.param(
            Told(TOKENS, 90_000), 50_000, 30_000, (40_000, Source.GUESSED), id="less was tried than is allowed"
        ),
        pytest.param(Told(TOKENS, 80_000), 50_000, 30_000, (40_000, Source.GUESSED), id="exactly that was tried"),
        pytest.param(Told(TOKENS, 90_000, 100_000), 10_000, 15_000, (15_000, Source.NAMED), id="less what others use"),
        pytest.param(Told(TOKENS), 1, 0, (1, Source.GUESSED), id="never nothing"),
        pytest.param(Told(Resource.LIVE_BATCHES), 1, 10, (10, Source.GUESSED), id="as many as are there"),
        pytest.param(Told(Resource.LIVE_BATCHES), 1, 0, (1, Source.GUESSED), id="all are somebody else's"),
    ],
)
def test_what_a_refusal_teaches(told: Told, amount: int, others: int, limit: tuple[int, Source]) -> None:
    assert learned(told, amount, others) == limit
