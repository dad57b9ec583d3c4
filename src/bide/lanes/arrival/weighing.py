"""How many tokens requests turn out to have for each that their size suggests: learned of every (account, model) from what
providers report.

The size says little about a script, a tokenizer, or what a provider adds to a prompt; the answers of the last days say it for the
model at hand. Only what is not settled yet goes by it: the tokens that fill batches and quotas, and those that are shown.
"""

from dataclasses import dataclass
from math import ceil

from bide.core.clock import DAY
from bide.lanes.arrival.attachment import carried

BYTES_PER_TOKEN = 4
"""English text in a JSON body: about 4.5 bytes a token in the text, less the braces, keys and escapes around it."""

ENOUGH = 20
"""Answers below which their sizes are taken as they are."""

HALF_LIFE = 7 * DAY

WIDEST = 8
"""What has so many times more or fewer tokens than its size suggests teaches nothing: it names pictures by their URL, goes on from turns
that lie at the provider, or is no text."""


def by_size(size: int) -> int:
    """Tokens of a JSON body of `size` bytes, by size alone.

    Right to a third or so for English prose; too low for code and for other scripts, too high for bodies that escape every
    character. Good enough to fill batches and to show a cost before anything is sent.
    """
    return -(-size // BYTES_PER_TOKEN)


def weight_of(body: bytes) -> int:
    """Tokens of a JSON body by its size, and by a guess for what it carries in base64."""
    found = carried(body)
    return by_size(len(body) - found.size) + found.tokens


def is_telling(estimated: int, reported: int) -> bool:
    """Whether a report of so many input tokens says anything about text of this size."""
    return 0 < reported <= estimated * WIDEST and estimated <= reported * WIDEST


@dataclass(frozen=True, slots=True)
class Weighing:
    """What was seen of an account's model, as it counts now: so many answers, their input tokens by size, and those reported."""

    answers: float = 0.0
    estimated: float = 0.0
    reported: float = 0.0

    @property
    def is_known(self) -> bool:
        """Whether it is enough to go by."""
        return self.answers >= ENOUGH and self.estimated > 0

    @property
    def ratio(self) -> float:
        """Tokens reported for one by size; 1 where too little was seen."""
        return self.reported / self.estimated if self.is_known else 1.0

    def tokens(self, estimate: int) -> int:
        """An estimate by size, corrected. Rounded up, but not for what fading leaves in the last places."""
        return ceil(round(estimate * self.reported / self.estimated, 6)) if self.is_known else estimate


UNSEEN = Weighing()
