"""A request that was handed in: what its answer is waited for by."""

from dataclasses import dataclass
from datetime import datetime

from bide.client.answer import Answer
from bide.client.told import Told, moment


@dataclass(frozen=True, slots=True)
class Handle:
    """A request that is accepted and durable; its `id` alone finds it again, in any process.

    `index` is its place among those that were handed in together. `deadline` is in UTC; `guaranteed` tells whether real-time
    capacity is kept for it, so that it is answered by then whatever batches do. `answer` is there already where nothing was
    to be waited for: an urgent call, or one of many that was refused and has no id.
    """

    id: str
    index: int = 0
    job: str | None = None
    model: str | None = None
    deadline: datetime | None = None
    guaranteed: bool | None = None
    answer: Answer | None = None


def handle_of(told: Told, index: int) -> Handle:
    """The handle of an accepted request."""
    return Handle(told.id, index, told.job, told.model, moment(told.deadline), told.guaranteed)
