"""Entries by field: what was put together comes out again, one by one."""

from bide.intake.entry import Entries, Entry

URL = "/v1/chat/completions"


def test_entries_are_what_they_were_made_of() -> None:
    single = [Entry(1, "a", URL, "m", b"{}", None), Entry(4, "b", URL, "n", b"[]", 7, b'{"kept":1}')]
    entries = Entries.of(single)
    assert list(entries) == single
    assert entries[-1] == single[1]
    assert len(entries) == 2
    assert not Entries.of([])
