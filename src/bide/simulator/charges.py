"""What a real provider would bill: the judge of every promise about money."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bide.core.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One answer that was made and is paid for, whether or not it arrived.

    `mode` is ``batch``, ``realtime`` or ``flex``. `batch_id` and `custom_id` name a row, `client_request_id` (the
    call's X-Client-Request-Id) a call. `digest` is the XXH3-64 of the request's body, byte for byte as it was sent, in
    hexadecimal: equal digests are the same prompt, paid for again. `at` is the instant the answer was finished.
    """

    mode: str
    batch_id: str | None = None
    custom_id: str | None = None
    client_request_id: str | None = None
    digest: str
    model: str
    usage: Usage
    at: int

    def as_table(self) -> dict[str, object]:
        """The charge as one flat JSON object; tokens are ``input``, ``cached``, ``output``, …."""
        table: dict[str, object] = {name: getattr(self, name) for name in self.__slots__ if name != "usage"}
        return table | self.usage._asdict()


def summary(charges: Iterable[Charge]) -> dict[str, object]:
    """Totals by mode, and how many prompts were paid for more than once: within a mode, and in several.

    ``{"modes": {mode: {"count", "input", "cached", "output", "repeated"}}, "across_modes": int}``
    """
    usage: dict[str, Usage] = {}
    digests: dict[str, Counter[str]] = {}
    for charge in charges:
        usage[charge.mode] = usage.get(charge.mode, Usage()).plus(charge.usage)
        digests.setdefault(charge.mode, Counter())[charge.digest] += 1
    modes = {
        mode: {
            "count": digests[mode].total(),
            "input": total.input,
            "cached": total.cached,
            "output": total.output,
            "repeated": sum(1 for count in digests[mode].values() if count > 1),
        }
        for mode, total in sorted(usage.items())
    }
    seen: Counter[str] = Counter()
    for counts in digests.values():
        seen.update(counts.keys())
    return {"modes": modes, "across_modes": sum(1 for count in seen.values() if count > 1)}
