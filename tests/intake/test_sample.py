"""Samples of inputs."""

import json

from bide.intake.counting import AROUND, BEFORE
from bide.intake.entry import Chunk, Entries, Entry, join_bodies
from bide.intake.sample import Sample
from bide.lanes.arrival.weighing import by_size

FRAME = AROUND + BEFORE
"""Of a single message."""


def body(number: int, length: int = 100) -> bytes:
    text = f"{number:05} " + "x" * length
    return json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}).encode()


def chunks(count: int, size: int) -> list[Chunk]:
    """So many bodies in chunks of `size`."""
    found: list[Chunk] = []
    for start in range(0, count, size):
        bodies = [body(number) for number in range(start, min(count, start + size))]
        entries = [Entry(n, f"r{n}", "/v1/chat/completions", "gpt-4o", one, None) for n, one in enumerate(bodies, 1)]
        found.append(Chunk(Entries.of(entries), [], join_bodies(bodies)))
    return found


def seen(sample: Sample, count: int, size: int) -> Sample:
    for chunk in chunks(count, size):
        sample.see(chunk)
    return sample


def test_what_is_small_is_counted_whole() -> None:
    sample = seen(Sample(), 50, 7)

    assert (sample.requests, sample.kept) == (50, 50)
    assert sample.by_size == sum(by_size(len(body(number))) for number in range(50))
    words = sample.count(lambda text: len(text.split()))
    assert (words.tokens, words.by_size, words.guessed) == (50 * (3 + FRAME), sample.by_size, 0)


def test_of_what_is_large_every_nth_is_kept_from_its_beginning_to_its_end() -> None:
    numbers: list[int] = []
    sample = seen(Sample(largest=20 * len(body(0))), 1_000, 33)

    def count(text: str) -> int:
        numbers.append(int(text.split()[1]))
        return 1

    found = sample.count(count)
    assert sample.requests == 1_000
    assert 10 <= sample.kept <= 20
    assert numbers == list(range(0, 1_000, numbers[1]))
    assert (found.tokens, found.by_size) == (sample.kept * (1 + FRAME), sample.kept * by_size(len(body(0))))


def test_one_body_is_kept_however_long_it_is() -> None:
    assert seen(Sample(largest=10), 3, 3).kept == 1


def test_chunks_make_no_difference() -> None:
    kept = [seen(Sample(largest=5_000), 300, size).count(len) for size in (1, 7, 300)]
    assert kept[0] == kept[1] == kept[2]


def test_pictures_are_told_apart() -> None:
    sample, picture = Sample(), {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    one = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": [picture, picture]}]}).encode()
    entries = Entries.of([Entry(1, "r1", "/v1/chat/completions", "gpt-4o", one, None)])
    sample.see(Chunk(entries, [], join_bodies([one])))

    assert sample.count(len).guessed == 2
