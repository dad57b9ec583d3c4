from bide.lanes.forecast.efficacy import NO_COPIES, PRIOR, Efficacy


def test_what_copies_achieve_is_believed_until_it_is_seen() -> None:
    assert NO_COPIES.factor == 1.0
    assert Efficacy(won=0, expected=PRIOR).factor == 0.5
    assert Efficacy(won=9, expected=3).factor == 1.0, "better than expected is no reason to hope for more"
