"""One life of a process: a worker with the engine, or a caller that hands a job in. Both can die and are started again."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from bide.core.clock import DAY
from bide.core.entropy import SeededEntropy
from bide.core.identifiers import base36
from bide.core.job import Job
from bide.core.money import Ceiling, RateCard, Rates
from bide.engine.context import Context
from bide.engine.pricing import Pricing
from bide.engine.service import Service
from bide.intake.entry import Chunk, Entries, Entry
from bide.intake.ingest import ingest
from bide.intake.order import Order
from bide.lanes.arrival.route import Route
from bide.lanes.hours.window import Window
from bide.ledger.hours import day_of
from bide.providers.setup import Tools
from bide.settings import CacheSettings, DeadlineSettings, EngineSettings, ProviderSettings, Settings
from bide.settings.section import Duration
from bide.store.store import Store
from tests.simulation.loop import Process
from tests.simulation.plan import JobPlan, Plan
from tests.simulation.providers import SIMULATED
from tests.simulation.world import SimulatedBuckets, SimulatedTransport, World, deliver

OWNER = "local"
ENDPOINT = "/v1/chat/completions"
CHUNK = 20
LIMITED = 200
"""Output tokens that two in three requests allow."""

TAG = "simulated" + "a" * 17

STANDARD_RATES = Rates(input=250_000_000, cached=25_000_000, cache_write=250_000_000, output=2_000_000_000)
"""In 1e-15 USD a token; a batch and the flex tier are half of it."""


class Cards:
    """Rate cards without the price catalogue."""

    def card(self, provider: str, model: str, mode: str, day: str) -> RateCard | None:
        rates = STANDARD_RATES
        if mode in ("batch", "flex"):
            rates = Rates(rates.input // 2, rates.cached // 2, rates.cache_write // 2, rates.output // 2)
        return RateCard(provider, model, mode, day, ((0, rates),), "simulation", "assumed")

    def when(self, provider: str, model: str, instant: int) -> str:
        return day_of(instant)

    def cheap_hours(self, provider: str, model: str, mode: str, day: str) -> Window | None:
        return None

    def window(self, provider: str, model: str) -> int | None:
        return None

    def encode(self, card: RateCard) -> str:
        return msgspec.json.encode(card).decode()

    def restore(self, text: str) -> bool:
        return False


def context_of(world: World, process: Process, plan: Plan, number: int) -> Context:
    """The world as one life of a worker sees it."""
    store = world.store(process)
    simulated = SIMULATED[plan.provider]
    least = simulated.least(plan.batch_size)
    limits = replace(simulated.limits, max_requests=plan.batch_size, min_requests=least)
    # Batches are small here: the smaller half of them comes with its create where that is done at all, the other is uploaded.
    limits = replace(limits, inline_requests=min(limits.inline_requests, plan.batch_size // 2))
    setup = simulated.setup(limits)
    if not plan.flex:
        setup = replace(setup, capabilities=replace(setup.capabilities, flex=None))
    tools = Tools(SimulatedTransport(world, process), SimulatedBuckets(world, process))
    provider = simulated.kind.connect(setup, tools)

    async def hand_over(store: Store, job: Job, destination: str) -> None:
        await deliver(world, process, store, job)

    return Context(
        store=store,
        providers={plan.provider: provider},
        clock=world.clock,
        entropy=SeededEntropy(f"{plan.seed}-{number}"),
        pricing=Pricing(store, Cards()),
        settings=Settings(
            engine=EngineSettings(fill_chunk=25, landing_chunk=15, landing_bytes=2_000),
            deadline=DeadlineSettings(copies=plan.copies, copy_budget=plan.copy_budget),
            cache=CacheSettings(keep=Duration(DAY if plan.kept else 0)),
            providers={plan.provider: ProviderSettings(requests_per_minute=plan.requests_per_minute, **plan.hours)},
        ),
        holder=f"{process.name}-{number}",
        host="host",
        tag=TAG,
        deliver=hand_over,
        on_fault=world.faults.append,
    )


async def work(world: World, process: Process, plan: Plan, number: int) -> None:
    """A worker's life."""
    await Service(context_of(world, process, plan, number)).run()


async def hand_in(world: World, process: Process, plan: Plan, job: JobPlan, number: int) -> int:
    """A caller's life: hand the job in, unless an earlier life did; the job's id."""
    context = context_of(world, process, plan, number)
    key = f"job-{job.number}"
    known = await context.store.jobs.with_idempotency_key(OWNER, key)
    if known is not None:
        return known.id
    read = chunks(plan, job)
    assumed = context.settings.realtime.assumed_output_tokens
    order = Order(
        owner=OWNER,
        name=key,
        deadline=context.clock.now() + job.deadline,
        on_miss=job.on_miss,
        priority=None,
        priority_source="within",
        parameters="{}",
        destination=key,
        idempotency_key=key,
        max_cost=None if job.cap is None else cap_of(read, job.cap, assumed),
    )
    reading = await ingest(context, order, lambda model: Route(plan.provider, model), read)
    return reading.job.id


def cap_of(read: Sequence[Chunk], share: float, assumed: int) -> int:
    """A cap that holds that share of what some requests may cost, and at least any one of them."""
    most = Ceiling(STANDARD_RATES.input, STANDARD_RATES.output)
    bounds = [most.amount(len(one.body), one.max_output_tokens or assumed) for chunk in read for one in chunk.entries]
    return int(share * sum(bounds)) + max(bounds) + 1_000


def chunks(plan: Plan, job: JobPlan) -> list[Chunk]:
    """The job's requests; every prompt of a seed is another, unless its answers are kept for repeats."""
    model = SIMULATED[plan.provider].model
    entries = [
        Entry(
            line,
            f"request {line} of job {job.number}",
            ENDPOINT,
            model,
            body(plan, job, line, model),
            LIMITED if line % 3 else None,
        )
        for line in range(1, job.requests + 1)
    ]
    return [
        Chunk(Entries.of(some), [], b"".join([entry.body + b"\n" for entry in some]))
        for some in (entries[start : start + CHUNK] for start in range(0, len(entries), CHUNK))
    ]


def question(plan: Plan, job: int, line: int) -> str:
    """What a request asks; its answer quotes it."""
    return f"{base36(plan.seed)} {0 if plan.kept else job} {line}: what is the answer?"


def body(plan: Plan, job: JobPlan, line: int, model: str) -> bytes:
    """A request's body. The marker makes the provider refuse its line."""
    marker = " [poison:validation]" if line <= job.poisoned else ""
    prompt = question(plan, job.number, line) + marker
    limit = {"max_completion_tokens": LIMITED} if line % 3 else {}
    return msgspec.json.encode({"model": model, "messages": [{"role": "user", "content": prompt}], **limit})
