"""The batches that carry a bucket's requests, and the order in which they are rescued."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.batch import Batch
from bide.core.states import BatchState


@dataclass(frozen=True, slots=True)
class Carrier:
    """A live batch and how many requests of one bucket it carries."""

    batch: Batch
    requests: int

    @property
    def finished_share(self) -> float:
        """The part that the provider says is finished; only ever used to choose an order."""
        return self.batch.completed_count / self.batch.total_count if self.batch.total_count else 0.0


def rescue_order(carriers: Sequence[Carrier]) -> list[Carrier]:
    """From which batch to rescue first: the one that promises least, so that a rescue is least likely paid twice."""
    return sorted(
        carriers,
        key=lambda carrier: (
            carrier.batch.state is BatchState.ENDED,  # its answers are about to be read
            carrier.batch.provider_id is not None,
            carrier.finished_share,
            -carrier.batch.id,
        ),
    )
