"""What the command line talks about, with the fields that do not matter filled in."""

from typing import Any

from tests.lanes.given import NOW

from bide.core.bucket import Phase
from bide.core.clock import HOUR, MINUTE
from bide.core.deadline import OnMiss
from bide.core.job import Job
from bide.core.states import JobState
from bide.core.usage import Usage
from bide.ledger.estimate import Estimate
from bide.ledger.promise import Admitted, Forecast, Predicted, Promise
from bide.ledger.receipt import Receipt, Share, Times
from bide.store.jobs import Progress

DOLLAR = 10**12


def a_job(**fields: Any) -> Job:
    """A job of a hundred requests that was accepted at 08:00 and is due at 16:00."""
    values: dict[str, Any] = {
        "id": 1,
        "owner": "local",
        "external_id": "job_kq3",
        "kind": "run",
        "state": JobState.RUNNING,
        "name": "tickets.jsonl",
        "workflow": None,
        "fingerprint": "content",
        "idempotency_key": None,
        "priority": None,
        "priority_source": "within",
        "deadline": NOW + 8 * HOUR,
        "on_miss": OnMiss.RESCUE,
        "max_cost": None,
        "parent_id": None,
        "destination": None,
        "parameters": "{}",
        "input_id": None,
        "requests": 100,
        "refused": 0,
        "admission": None,
        "first_request": 1,
        "last_request": 100,
        "created_at": NOW,
        "accepted_at": NOW,
        "cancelled_at": None,
        "answered_at": None,
        "done_at": None,
    }
    return Job(**(values | fields))


def a_progress(paid: int = 0, listed: int = 0, wasted: int = 0, unpriced: int = 0, **phases: int) -> Progress:
    """So many requests in each phase, and the money so far."""
    return Progress({Phase(name): count for name, count in phases.items()}, paid, listed, wasted, 0, unpriced)


def a_promise(guaranteed: int = 100, *, priced: bool = True) -> Promise:
    """The promise to a job of a hundred."""
    batch, realtime = Estimate(0, DOLLAR, 2 * DOLLAR), Estimate(0, 2 * DOLLAR, 4 * DOLLAR)
    return Promise(
        [Admitted("openai", "small", 100, guaranteed, True, f"enough for {guaranteed} of 100")],
        Forecast(batch if priced else None, realtime if priced else None),
        Predicted(MINUTE, 7 * MINUTE, 12 * MINUTE),
        1_000,
    )


def a_receipt(job: Job | None = None, **fields: Any) -> Receipt:
    """All of a hundred answered by batches, an hour after they were handed in, at half price."""
    values: dict[str, Any] = {
        "job": job or a_job(state=JobState.DONE, answered_at=NOW + HOUR, done_at=NOW + HOUR),
        "promise": a_promise(),
        "progress": a_progress(paid=DOLLAR, listed=2 * DOLLAR, batch=100),
        "final": True,
        "late": 0,
        "paid": DOLLAR,
        "listed": 2 * DOLLAR,
        "saved": DOLLAR,
        "shares": [Share("openai", "small", a_progress(paid=DOLLAR, listed=2 * DOLLAR, batch=100))],
        "waste": [],
        "suspected": [],
        "unpriced": 0,
        "usage": Usage(),
        "attempts": {"batch": {"answered": 100}},
        "retries": 0,
        "batches": {"completed": 1},
        "files_kept": 0,
        "predicted": None,
        "actual": Times(MINUTE, HOUR - MINUTE, None),
        "prices": [],
    }
    return Receipt(**(values | fields))
