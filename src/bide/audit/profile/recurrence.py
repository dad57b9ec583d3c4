"""How often the same is sent again: fingerprints in a table that does not grow, exactly as long as they fit, then from a sample.

When the table is full, every second fingerprint is let go, and each that stays counts for two of the others; so again and again. A
fingerprint that has come often by then stays whatever it is, with the weight it had: without it, one prompt that makes up half of a log
would be either lost or doubled. The sampling is Gibbons' of distinct values ("Distinct Sampling for Highly-Accurate Answers to Distinct
Values Queries", 2001), which decides by the fingerprint itself, so that all that is counted of a fingerprint is counted or none is.
"""

ROOM = 1 << 16
"""Fingerprints that are kept: about 16 MiB."""

OFTEN = 16
"""How often a fingerprint has come when it is kept for good."""

_MIX = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class Recurrence:
    """When fingerprints of groups were last seen. `one_in` is how many of them each one that is followed stands for at the moment."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._passes = 0
        self._for_good = 0
        # By fingerprint: when it was last seen, how often it came, and its weight where it stays for good, else 0.
        self._seen: dict[int, tuple[int, int, int]] = {}
        self.one_in = 1

    def again(self, group: int, fingerprint: int, at: int) -> tuple[int, int] | None:
        """How long ago the group sent the same, in microseconds, and for how many such cases it stands; None where it did not, or is not
        followed. What is older counts as what is as much newer: logs are also written from their end."""
        key = (fingerprint ^ (group + 1) * _MIX) & _MASK
        known = self._seen.get(key)
        if known is None:
            if key & self._passes:
                return None
            self._seen[key] = (at, 1, 0)
            if len(self._seen) > self._room:
                self._thin()
            return None
        last, count, weight = known
        self._seen[key] = (at, count + 1, weight)
        return abs(at - last), weight or self.one_in

    def _thin(self) -> None:
        """Let half of the fingerprints go that have not come often."""
        while len(self._seen) > self._room - (self._room >> 3):
            passes = self._passes << 1 | 1
            kept = dict[int, tuple[int, int, int]]()
            for key, (last, count, weight) in self._seen.items():
                if not weight and count >= OFTEN and self._for_good < self._room >> 1:
                    self._for_good += 1
                    weight = (
                        self.one_in
                    )  # whether it passes or not: else those that pass would count for the others again
                if weight or not key & passes:
                    kept[key] = (last, count, weight)
            self._seen, self._passes, self.one_in = kept, passes, self.one_in << 1
