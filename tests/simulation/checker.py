"""The promises, judged by the provider's books and the rows of the database; the engine is never asked.

Each rule is a query or a comparison that names what breaks it. `always` rules hold at every moment, `finally` rules after
the world has come to rest with the faults switched off.
"""

import itertools
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from bide.core import states
from bide.core.clock import MINUTE
from bide.core.identifiers import attempt_number
from bide.core.money import RateCard
from bide.core.states import BatchState
from bide.core.usage import Usage
from bide.providers.openai.tier import in_tier
from bide.simulator.charges import Charge
from bide.simulator.results import mischief
from tests.simulation.life import TAG, Cards, question
from tests.simulation.plan import Plan
from tests.simulation.providers import SIMULATED
from tests.simulation.world import World

Violation = tuple[str, str]
"""(rule, what breaks it)"""


class Checker:
    """Looks at one world again and again."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world = world
        self._plan = plan
        self._settled: dict[int, str] = {}
        self._cards: dict[str, RateCard] = {}
        self._own_id = SIMULATED[plan.provider].own_id
        self._least = SIMULATED[plan.provider].least(plan.batch_size)

    def always(self) -> list[Violation]:
        """The rules that hold at every moment."""
        return [
            *self._final_states_stay(),
            *self._tallies(),
            *self._live_attempts(),
            *self._harvested_batches_hold_nothing(),
            *self._one_live_batch_each(),
            *self._copies_are_wanted(),
            *self._copies_are_waste(),
            *self._copies_end_together(),
            *self._efficacy_learned_once(),
            *self._one_live_call_each(),
            *self._one_batch_a_tag(),
            *self._no_batch_is_too_small(),
            *self._ledger_within_charges(),
            *self._learned_once(),
            *self._what_is_given_was_bought(),
            *self._caps_hold(),
        ]

    def finally_(self) -> list[Violation]:
        """The rules that hold when everything has come to rest."""
        return [
            *self.always(),
            *self._everything_done(),
            *self._one_paid_entry_each(),
            *self._every_charge_entered(),
            *self._answers_are_their_own(),
            *self._events_replay(),
            *self._money_is_bounded(),
            *self._in_time(),
            *self._delivered(),
        ]

    def _rows(self, text: str, *parameters: object) -> Iterator[Mapping[str, Any]]:
        cursor: sqlite3.Cursor = self._world.connection.execute(text, parameters)
        return iter(cursor.fetchall())

    def _final_states_stay(self) -> Iterator[Violation]:
        for row in self._rows("SELECT id, state FROM requests WHERE state <> 'open'"):
            before = self._settled.setdefault(row["id"], row["state"])
            if before != row["state"]:
                yield "a final state never changes", f"request {row['id']} went from {before} to {row['state']}"

    def _tallies(self) -> Iterator[Violation]:
        recount = """
            SELECT bucket_id, phase, count(*) AS requests, sum(tokens) AS tokens FROM (
                SELECT r.bucket_id, r.input_tokens + r.output_tokens AS tokens,
                    CASE WHEN r.state = 'succeeded' THEN a.lane WHEN r.state <> 'open' THEN r.state
                        WHEN r.live_calls > 0 THEN 'calling' WHEN r.live_batches > 0 THEN 'batched'
                        WHEN r.losses >= 2 THEN 'stubborn' ELSE 'waiting' END AS phase
                FROM requests r LEFT JOIN attempts a ON a.id = r.settled_by
            ) GROUP BY bucket_id, phase"""
        counted = {(row["bucket_id"], row["phase"]): (row["requests"], row["tokens"]) for row in self._rows(recount)}
        kept = {
            (row["bucket_id"], row["phase"]): (row["requests"], row["tokens"])
            for row in self._rows("SELECT * FROM tallies WHERE requests <> 0 OR tokens <> 0")
        }
        for key in sorted(counted.keys() | kept.keys()):
            if counted.get(key) != kept.get(key):
                yield "tallies are what a recount gives", f"{key}: kept {kept.get(key)}, counted {counted.get(key)}"

    def _live_attempts(self) -> Iterator[Violation]:
        text = """
            SELECT r.id, r.live_batches, r.live_calls,
                coalesce(sum(a.lane <> 'realtime'), 0) AS batches, coalesce(sum(a.lane = 'realtime'), 0) AS calls
            FROM requests r LEFT JOIN attempts a ON a.request_id = r.id AND a.state IN ('planned', 'sent')
            GROUP BY r.id HAVING r.live_batches <> batches OR r.live_calls <> calls"""
        for row in self._rows(text):
            yield "live attempts are counted right", str(dict(row))

    def _harvested_batches_hold_nothing(self) -> Iterator[Violation]:
        text = """
            SELECT a.id, a.batch_id FROM attempts a JOIN batches b ON b.id = a.batch_id
            WHERE b.state = 'harvested' AND a.state IN ('planned', 'sent')"""
        for row in self._rows(text):
            yield "a harvested batch holds nothing back", str(dict(row))

    def _one_live_batch_each(self) -> Iterator[Violation]:
        text = """
            SELECT a.request_id, count(*) AS batches, sum(b.copy_of) AS copied FROM attempts a JOIN batches b ON b.id = a.batch_id
            WHERE a.state IN ('planned', 'sent') GROUP BY a.request_id
            HAVING count(*) > 2 OR (count(*) = 2 AND coalesce(sum(b.copy_of), 0) <> min(b.id))"""
        for row in self._rows(text):
            yield "a request is in two live batches only as copy and original", str(dict(row))

    def _copies_are_wanted(self) -> Iterator[Violation]:
        """Copies are made where they are on, one of a batch, and carry its one request."""
        text = """
            SELECT c.id, c.copy_of, c.requests, o.requests AS originally, o.copied, o.copy_of AS before, count(DISTINCT a.request_id) AS carried
            FROM batches c JOIN batches o ON o.id = c.copy_of LEFT JOIN attempts a ON a.batch_id IN (c.id, o.id) GROUP BY c.id"""
        seen: set[int] = set()
        for row in self._rows(text):
            ones = (row["requests"], row["originally"], row["copied"], row["carried"]) == (1, 1, 1, 1)
            if not self._plan.copies or not ones or row["before"] is not None or row["copy_of"] in seen:
                yield "a second copy is one of one batch of one", str(dict(row))
            seen.add(row["copy_of"])

    def _copies_are_waste(self) -> Iterator[Violation]:
        """What a copy or its original was billed for an answer after the other's is waste, for that reason."""
        text = """
            SELECT e.attempt_id, e.kind, e.reason FROM batches c JOIN attempts x ON x.batch_id IN (c.id, c.copy_of)
            JOIN attempts s ON s.batch_id IN (c.id, c.copy_of) AND s.batch_id <> x.batch_id AND s.request_id = x.request_id
            JOIN requests r ON r.settled_by = s.id AND r.state = 'succeeded' JOIN ledger e ON e.attempt_id = x.id
            WHERE c.copy_of IS NOT NULL AND x.state = 'answered' AND (e.kind <> 'waste' OR e.reason <> 'copy')"""
        for row in self._rows(text):
            yield "the later answer of two copies is waste", str(dict(row))

    def _copies_end_together(self) -> Iterator[Violation]:
        """Once a request is settled, the batches that carry it as copies are asked to end at the next look, or have by themselves."""
        if self._plan.strikes or self._plan.script.fault or self._plan.script.outage:
            return
        text = """
            SELECT b.id, b.state, r.state AS settled FROM batches b JOIN attempts a ON a.batch_id = b.id JOIN requests r ON r.id = a.request_id
            WHERE (b.copied = 1 OR b.copy_of IS NOT NULL) AND b.cancel_asked = 0 AND b.state NOT IN ('ended', 'harvested')
                AND r.state <> 'open' AND r.settled_at < ?"""
        for row in self._rows(text, self._world.clock.now() - MINUTE):
            yield "the other copy is cancelled at once", str(dict(row))

    def _efficacy_learned_once(self) -> Iterator[Violation]:
        """Every copy that ran counts with its chance, once."""
        due = "SELECT coalesce(sum(copy_chance), 0) AS due FROM batches WHERE copy_of IS NOT NULL AND state = 'harvested' AND outcome <> 'failed' AND submitted_at IS NOT NULL"
        counted = "SELECT coalesce(sum(gone), 0) AS counted, coalesce(sum(ended), 0) AS won FROM forecasts WHERE kind = 'copy'"
        won = """
            SELECT count(*) * 1000 AS most FROM batches b JOIN attempts a ON a.batch_id = b.id JOIN requests r ON r.settled_by = a.id
            WHERE b.copy_of IS NOT NULL AND r.state = 'succeeded'"""
        for row in self._rows(f"SELECT * FROM ({due}), ({counted}), ({won})"):
            if row["due"] != row["counted"] or row["won"] > row["most"]:
                yield "copies are learned from once", str(dict(row))

    def _one_live_call_each(self) -> Iterator[Violation]:
        text = """
            SELECT request_id, lane, count(*) AS calls FROM attempts
            WHERE batch_id IS NULL AND state = 'sent' GROUP BY request_id, lane HAVING count(*) > 1"""
        for row in self._rows(text):
            yield "no request is in two calls of a lane", str(dict(row))

    def _one_batch_a_tag(self) -> Iterator[Violation]:
        tags: Counter[str] = Counter()
        for batch in self._world.books.batches:
            tags.update({self._own_id(row.custom_id).rpartition("-")[0] for row in batch.rows[:1]})
        for tag, count in tags.items():
            if count > 1:
                yield "a batch is created once", f"{count} batches at the provider carry the tag {tag}"

    def _no_batch_is_too_small(self) -> Iterator[Violation]:
        for batch in self._world.books.batches:
            if 0 < len(batch.rows) < self._least:
                yield "no batch is smaller than the smallest", f"{batch.id} has {len(batch.rows)} of {self._least} rows"

    def _learned_once(self) -> Iterator[Violation]:
        """Every harvested batch that ran is counted by the forecast, as its requests or 20 of them; none is counted twice.

        Counts are rounded to thousandths, by bin.
        """
        ran = """
            SELECT coalesce(sum(min(requests, 20)), 0) * 1000 AS due, count(*) AS batches FROM batches
            WHERE state = 'harvested' AND outcome <> 'failed' AND submitted_at IS NOT NULL"""
        counted = "SELECT coalesce(sum(ended + gone), 0) AS counted FROM forecasts WHERE kind = 'turnaround'"
        for row in self._rows(f"SELECT * FROM ({ran}), ({counted})"):
            if abs(row["counted"] - row["due"]) > 25 * row["batches"]:
                yield (
                    "learned once",
                    f"of {row['batches']} batches, {row['due']} thousandths, {row['counted']} are counted",
                )

    def _ledger_within_charges(self) -> Iterator[Violation]:
        charged = self._charges()
        for row in self._rows("SELECT * FROM ledger WHERE kind <> 'suspected' AND lane <> 'cache'"):
            charge = charged.get(row["attempt_id"])
            if charge is None:
                yield (
                    "the ledger enters only what was charged",
                    f"attempt {row['attempt_id']} has an entry and no charge",
                )
                continue
            usage = tuple(row[name] for name in Usage._fields)
            if usage != tuple(charge.usage):
                yield (
                    "the ledger has the charged tokens",
                    f"attempt {row['attempt_id']}: {usage}, charged {charge.usage}",
                )
            mode = "standard" if charge.mode == "realtime" else charge.mode
            card = Cards().card("openai", charge.model, mode, "")
            if card is not None and row["amount"] != card.cost(charge.usage):
                yield "amounts are exact", f"attempt {row['attempt_id']}: {row['amount']} for {charge.usage}"

    def _what_is_given_was_bought(self) -> Iterator[Violation]:
        """What is given at no cost is what a provider answered, in the same place; and nothing is while that is off."""
        text = """
            SELECT a.id, e.amount, e.kind, (
                SELECT count(*) FROM attempts b WHERE b.object_id = a.object_id AND b.start = a.start AND b.length = a.length
                    AND b.checksum = a.checksum AND b.lane <> 'cache' AND b.state = 'answered'
            ) AS bought
            FROM attempts a LEFT JOIN ledger e ON e.attempt_id = a.id WHERE a.lane = 'cache'"""
        for row in self._rows(text):
            if not self._plan.kept or (row["amount"], row["kind"], row["bought"]) != (0, "paid", 1):
                yield "what is given was bought once", str(dict(row))

    def _everything_done(self) -> Iterator[Violation]:
        jobs = list(self._rows("SELECT * FROM jobs WHERE state <> 'accepting' ORDER BY id"))
        if len(jobs) != len(self._plan.jobs):
            yield "every job handed in is accepted", f"{len(jobs)} of {len(self._plan.jobs)} jobs are on record"
        for job in jobs:
            if job["state"] != "done":
                left = [
                    dict(row)
                    for row in self._rows(
                        "SELECT state, live_batches, live_calls, count(*) FROM requests WHERE job_id = ? GROUP BY 1, 2, 3",
                        job["id"],
                    )
                ]
                yield "every job comes to its end", f"job {job['id']} is {job['state']}: {left}"

    def _one_paid_entry_each(self) -> Iterator[Violation]:
        text = """
            SELECT r.id, r.state, r.settled_by, count(e.id) AS entries, max(e.attempt_id) AS attempt FROM requests r
            LEFT JOIN ledger e ON e.request_id = r.id AND e.kind = 'paid' GROUP BY r.id
            HAVING (r.state = 'succeeded') <> (entries = 1) OR (entries = 1 AND attempt <> r.settled_by)"""
        for row in self._rows(text):
            yield "one answer, paid once", str(dict(row))

    def _every_charge_entered(self) -> Iterator[Violation]:
        """Billed by the provider less answers used is waste on record, or an attempt that is marked lost."""
        entered = {row["attempt_id"] for row in self._rows("SELECT attempt_id FROM ledger")}
        ended = {row["id"]: row["state"] for row in self._rows("SELECT id, state FROM attempts")}
        shown = self._shown()
        for attempt, charge in self._charges().items():
            excused = ended.get(attempt) == "lost" and charge.custom_id not in shown
            if attempt not in entered and not excused:
                yield "every charge is entered", f"attempt {attempt} ({ended.get(attempt)}) was charged: {charge}"
        for row in self._rows(
            "SELECT attempt_id, sum(amount) AS held FROM ledger WHERE kind = 'suspected' GROUP BY 1 HAVING held > 0"
        ):
            charge = self._charges().get(row["attempt_id"])
            card = Cards().card("openai", "", "standard", "")
            cost = card.cost(charge.usage) if charge is not None and card is not None else None
            if cost is not None and row["held"] < cost:
                yield "a suspicion is an upper bound", f"attempt {row['attempt_id']}: {row['held']} < {charge}"

    def _answers_are_their_own(self) -> Iterator[Violation]:
        """The answer that was kept is the one the provider made for this very request."""
        if self._plan.provider != "openai":
            return  # its body was another at the provider; that the answer quotes the question, `_delivered` sees
        made = {attempt: charge.digest for attempt, charge in self._charges().items()}
        text = "SELECT r.id, r.settled_by, r.object_id, r.start, r.length FROM requests r WHERE r.state = 'succeeded'"
        for row in self._rows(text):
            name = next(self._rows("SELECT name FROM objects WHERE id = ?", row["object_id"]))["name"]
            body = self._world.objects[name][row["start"] : row["start"] + row["length"]]
            asked = {digest_of(body), digest_of(in_tier(body, "flex"))}
            if made.get(row["settled_by"], next(iter(asked))) not in asked:
                yield "the answer is the request's own", f"request {row['id']}"

    def _events_replay(self) -> Iterator[Violation]:
        """Every move of a batch is in the event log, and in the table of moves."""
        path: dict[int, list[str]] = defaultdict(list)
        for row in self._rows("SELECT batch_id, kind FROM events WHERE kind LIKE 'batch.%' ORDER BY id"):
            word = row["kind"].removeprefix("batch.")
            if word == "withdrawn":
                word = "sealed"
            if word in set(BatchState):
                path[row["batch_id"]].append(word)
        for row in self._rows("SELECT id, state FROM batches"):
            steps = [BatchState(step) for step in path[row["id"]]]
            if not steps or steps[-1] != row["state"]:
                yield "the event log tells every move", f"batch {row['id']} is {row['state']}, its events say {steps}"
            for before, after in itertools.pairwise(steps):
                if after not in states.BATCH_MOVES[before]:
                    yield "only moves of the table are made", f"batch {row['id']} went from {before} to {after}"

    def _money_is_bounded(self) -> Iterator[Violation]:
        """Where nothing goes wrong there is no waste, and what can be done in a batch costs the batch price."""
        if not self._plan.calm:
            return
        for row in self._rows(
            "SELECT kind, reason, count(*) AS entries FROM ledger WHERE kind = 'suspected' GROUP BY 1, 2"
        ):
            yield "a calm day has no lost calls", str(dict(row))
        for row in self._rows("SELECT id FROM batches WHERE outcome = 'failed'"):
            poisoned = any(job.poisoned for job in self._plan.jobs)
            if not poisoned and not any(limit.enqueued_tokens for limit in self._plan.script.limit):
                yield "a calm day has no failed batches", str(dict(row))

    def _caps_hold(self) -> Iterator[Violation]:
        """What a job's answers cost stays under its cap whatever happens: only waste may be beyond it (promise 3)."""
        text = """
            SELECT j.id, j.max_cost, sum(b.paid) AS paid FROM jobs j JOIN buckets b ON b.job_id = j.id
            WHERE j.max_cost IS NOT NULL GROUP BY j.id, j.max_cost HAVING sum(b.paid) > j.max_cost"""
        for row in self._rows(text):
            yield "no job's answers cost more than its cap", str(dict(row))

    def _in_time(self) -> Iterator[Violation]:
        """A guaranteed request is late only for a cause on record: a crash, a pause, a fault or an outage of calls."""
        script = self._plan.script
        excused = bool(self._plan.strikes or script.outage) or any(rule.site == "call" for rule in script.fault)
        counted_on = self._plan.requests_per_minute
        excused = excused or any(one.requests and counted_on and one.requests < counted_on for one in script.limit)
        if excused:
            return
        text = """
            SELECT r.id, r.settled_at - b.deadline AS late, r.state FROM requests r JOIN buckets b ON b.id = r.bucket_id
            JOIN jobs j ON j.id = r.job_id
            WHERE b.part = 'guaranteed' AND j.on_miss = 'rescue' AND j.cancelled_at IS NULL AND r.settled_at > b.deadline"""
        for row in self._rows(text):
            yield "what is guaranteed is in time", str(dict(row))

    def _delivered(self) -> Iterator[Violation]:
        for row in self._rows("SELECT id, requests FROM jobs WHERE state = 'done'"):
            copies = self._world.delivered.get(row["id"], [])
            if not copies:
                yield "every job is delivered", f"job {row['id']}"
            for copy in copies:
                lines = [json.loads(line) for line in copy.splitlines()]
                for line in lines:
                    answer = json.dumps(line["response"] or "")
                    if "You said" in answer and not self._quotes(line["custom_id"], answer):
                        yield "the answer is the request's own", f"job {row['id']}: {line}"
                if len(lines) != row["requests"]:
                    yield "a delivery is whole", f"job {row['id']}: {len(lines)} of {row['requests']} lines"
            if len({*copies}) > 1:
                yield "whoever delivers twice delivers the same", f"job {row['id']}"

    def _quotes(self, custom_id: str, answer: str) -> bool:
        """Whether an answer says what its request did, as every answer of the simulator does."""
        _, line, _, _, job = custom_id.split()
        said = answer.partition("You said: ")[2]
        asked = question(self._plan, int(job), int(line)).partition(":")[0]
        return said.startswith(asked) or asked.startswith(said.partition('"')[0])  # a short answer is cut anywhere

    def _shown(self) -> set[str]:
        """The rows that the provider's files mention, of batches that were followed to their end."""
        given_up = {
            row["tag"]
            for row in self._rows("SELECT tag FROM batches WHERE code IN ('given_up', 'undecided', 'vanished')")
        }
        now, withholds = self._world.clock.now(), SIMULATED[self._plan.provider].withholds
        return {
            row.custom_id
            for batch in self._world.books.batches
            if batch.status(now) not in withholds
            for row in batch.rows
            if self._own_id(row.custom_id).rpartition("-")[0] not in given_up
            and mischief(batch, row) not in ("missing", "renamed")
        }

    def _charges(self) -> dict[int, Charge]:
        """What the provider billed, by our attempt."""
        tags = {row["id"]: row["tag"] for row in self._rows("SELECT id, tag FROM batches")}
        by_tag = set(tags.values())
        found: dict[int, Charge] = {}
        for charge in self._world.books.charges(self._world.clock.now()):
            name = self._own_id(charge.custom_id) if charge.custom_id else charge.client_request_id or ""
            tag = name.rpartition("-")[0]
            attempt = attempt_number(name, tag) if tag in by_tag or tag == TAG else None
            if attempt is not None:
                found[attempt] = charge
        return found


def digest_of(body: bytes) -> str:
    """As the provider digests the body of a request."""
    import xxhash

    return xxhash.xxh3_64_hexdigest(body)
