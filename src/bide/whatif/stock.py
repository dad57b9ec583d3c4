"""What is open in a log that is played: buckets with their requests, batches under way, as decisions see both."""

from collections import deque
from dataclasses import dataclass, field, replace

from bide.core.batch import Batch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.deadline import OnMiss
from bide.core.states import BatchState, JobState
from bide.whatif.market import Purchase
from bide.whatif.weather import Weather

ACCOUNT, MODEL, ENDPOINT = "provider", "model", "/v1/chat/completions"
KEY = (ACCOUNT, MODEL)


@dataclass(slots=True)
class Pile:
    """Requests of one deadline. `tokens` are those of the largest of them, which stands for all."""

    id: int
    deadline: int
    gathers_until: int
    accepted_at: int
    waiting: deque[int] = field(default_factory=deque[int])
    batched: int = 0
    flexing: dict[int, "Group | None"] = field(default_factory=dict[int, "Group | None"])
    """Of those that are batched, what is asked for in the flex tier, and the batch in which it lies besides."""
    tokens: int = 0
    longest: int = 0
    _shown: Bucket | None = None

    def changed(self) -> None:
        """Its numbers have changed."""
        self._shown = None

    def bucket(self) -> Bucket:
        """As decisions see it."""
        if self._shown is None:
            tallies = {Phase.WAITING: len(self.waiting), Phase.BATCHED: self.batched}
            self._shown = Bucket(
                id=self.id,
                owner="",
                job_id=self.id,
                job_state=JobState.RUNNING,
                on_miss=OnMiss.RESCUE,
                account=ACCOUNT,
                model=MODEL,
                endpoint=ENDPOINT,
                accepted_at=self.accepted_at,
                deadline=self.deadline,
                protected=True,
                longest=self.longest,
                batchable=True,
                tallies={phase: Tally(count, count * self.tokens) for phase, count in tallies.items()},
                gathers_until=self.gathers_until,
            )
        return self._shown


@dataclass(slots=True)
class Group:
    """A batch under way, and which of its requests were called meanwhile, or answered by the flex tier."""

    bought: Purchase
    pile: Pile
    batch: Batch
    called: set[int] = field(default_factory=set[int])
    next_call: int = 0
    expected: float = 0.0
    """Of a second copy, the chance it was made with."""

    def seen(self, now: int, weather: Weather) -> Batch:
        """The batch, with what the provider shows of it."""
        if self.batch.requests > 1 and self.batch.state is BatchState.SUBMITTED:
            finished = self.bought.finished(now, weather)
            if finished != self.batch.completed_count:
                self.batch = replace(self.batch, completed_count=finished)
        return self.batch


def batch_of(bought: Purchase, due_at: int, copy_of: int | None = None) -> Batch:
    """A submitted batch, as it would stand in the store."""
    count = len(bought.requests)
    return replace(
        BLANK,
        id=bought.id,
        requests=count,
        total_count=count,
        submitted_at=bought.submitted_at,
        provider_id=str(bought.id),
        due_at=due_at,
        copy_of=copy_of,
    )


BLANK = Batch(
    id=0,
    owner="",
    external_id="",
    tag="",
    account=ACCOUNT,
    model=MODEL,
    endpoint=ENDPOINT,
    state=BatchState.SUBMITTED,
    outcome=None,
    code=None,
    message=None,
    requests=0,
    size=0,
    tokens=0,
    rescued=0,
    first_attempt=None,
    last_attempt=None,
    failed_validations=0,
    input_file=None,
    provider_id=None,
    output_file=None,
    error_file=None,
    output_rows=0,
    error_rows=0,
    total_count=0,
    completed_count=0,
    failed_count=0,
    cancel_asked=False,
    opened_at=0,
    intended_at=0,
    doubted_at=None,
    submitted_at=0,
    started_at=None,
    cancel_at=None,
    ended_at=None,
    harvested_at=None,
    cleaned_at=None,
    files_kept=0,
    expires_at=None,
    failures=0,
    trouble=None,
    due_at=None,
    holder=None,
    lease_until=0,
    fence=0,
)
