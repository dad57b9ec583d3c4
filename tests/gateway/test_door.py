"""Who comes in, and who has to go for it."""

import resource

from bide.gateway.door import OTHERS, PER_CALL, Door, room


class Guest:
    """A connection that remembers whether it had to go."""

    def __init__(self, *, can_go: bool = True) -> None:
        self.can_go = can_go
        self.gone = False

    def go(self) -> None:
        self.gone = True


def test_the_one_goes_that_has_been_silent_longest() -> None:
    door = Door(3)
    first, second, third, fourth, fifth = guests = [Guest() for _ in range(5)]
    assert all(door.enter(guest) for guest in guests[:3])
    door.heard(first)
    door.busy(third)
    assert door.enter(fourth)
    assert [guest.gone for guest in guests] == [False, True, False, False, False]
    door.leave(second)
    assert door.enter(fifth)
    assert first.gone
    assert not third.gone


def test_nobody_goes_who_is_busy_or_is_not_listened_to() -> None:
    door = Door(2)
    busy, unheard, late, later = Guest(), Guest(can_go=False), Guest(), Guest()
    assert door.enter(busy)
    assert door.enter(unheard)
    door.busy(busy)
    assert not door.enter(late)
    door.leave(late)
    door.wait(busy)
    assert door.enter(later)
    assert (busy.gone, unheard.gone) == (True, False)


def test_who_is_busy_is_not_waited_for_because_it_speaks() -> None:
    door = Door(1)
    busy, late = Guest(), Guest()
    assert door.enter(busy)
    door.busy(busy)
    door.heard(busy)
    assert not door.enter(late)


def test_there_is_room_for_what_the_process_may_open() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        assert room(1) == 1
        if hard != resource.RLIM_INFINITY:
            assert room(hard) == (hard - OTHERS) // PER_CALL
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
