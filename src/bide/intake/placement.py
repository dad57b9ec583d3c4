"""Which bucket each entry of a job goes to: by account, model and endpoint, and by whether it is guaranteed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bide.core.bucket import Part
from bide.core.job import Job
from bide.intake.admit import Admissions, Terms
from bide.intake.endpoint import ENDPOINTS
from bide.intake.entry import Entries, Entry
from bide.intake.tokens import estimate_each
from bide.lanes.arrival.route import Route
from bide.lanes.arrival.weighing import UNSEEN, Weighing
from bide.lanes.decision.outlook import Key
from bide.lanes.rescue.admission import Admission
from bide.ledger.estimate import Load
from bide.store.store import Store

Choose = Callable[[Route, str, int], Route]
"""(route, endpoint, the longest output) -> the route with the account that serves it."""

Kind = tuple[str, str]
"""(model, endpoint)"""


@dataclass(frozen=True, slots=True)
class Placed:
    """Entries with their place. The sequences run in the order of the entries.

    `sizes` are bytes of bodies, `buckets` rows of the store; `inputs` are the tokens that each entry is reckoned to have, `outputs`
    the most that it may write.
    """

    entries: Entries
    sizes: Sequence[int]
    buckets: Sequence[int]
    inputs: Sequence[int]
    outputs: Sequence[int]


class Placement:
    """Places a job's entries while it is read, and counts what every (account, model) is asked for."""

    def __init__(
        self,
        store: Store,
        job: Job,
        terms: Terms,
        route: Callable[[str], Route],
        assumed_output_tokens: int,
        loads: dict[Key, Load],
        choose: Choose = lambda route, endpoint, longest: route,
        weighing: Callable[[Key], Weighing] = lambda key: UNSEEN,
    ) -> None:
        """`route` says which account serves a model of the input and what it is called there, `assumed_output_tokens` is for entries without a limit,
        and `loads` is where what is asked for is added up. `choose` says which place of several it is, `weighing`
        how many tokens requests turn out to have there beside their size."""
        self._loads = loads
        self._store = store
        self._job = job
        self._route = route
        self._assumed = assumed_output_tokens
        self._admissions = Admissions(terms)
        self.buckets: dict[tuple[Key, str, Part], int] = {}
        """Where entries went: by (account, model), endpoint and part the row of the store."""
        self.spread: set[Key] = set()
        """What other accounts may serve as well."""
        self._choose = choose
        self._weighing = weighing
        self._placed: dict[Kind, Route] = {}
        self.longest = 0
        """Bytes of the longest body."""

    def admissions(self) -> Mapping[Key, Admission]:
        """What can be promised of everything placed so far."""
        return self._admissions.results()

    async def place(self, entries: Entries) -> Placed:
        """Place entries. Those that go the same way are admitted together, as long as all of them fit."""
        sizes = list(map(len, entries.bodies))
        inputs, limits = estimate_each(entries.bodies), entries.limits
        self.longest = max(self.longest, max(sizes, default=0))
        kinds = _by_kind(entries)
        if len(kinds) == 1:
            return Placed(entries, sizes, *await self._place_alike(entries[0], inputs, limits))
        buckets = [0] * len(entries)
        outputs = [0] * len(entries)
        for indexes in kinds.values():
            mine = [inputs[index] for index in indexes], [limits[index] for index in indexes]
            places, reckoned, bounds = await self._place_alike(entries[indexes[0]], *mine)
            for index, bucket, tokens, bound in zip(indexes, places, reckoned, bounds, strict=True):
                buckets[index], inputs[index], outputs[index] = bucket, tokens, bound
        return Placed(entries, sizes, buckets, inputs, outputs)

    async def _place_alike(
        self, first: Entry, inputs: Sequence[int], limits: Sequence[int | None]
    ) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        """The buckets, inputs and outputs of entries of one kind, of which `first` is one. What comes in as `inputs` is by size."""
        route = self._chosen(first, max((limit for limit in limits if limit is not None), default=self._assumed))
        key = (route.account, route.model)
        capped = [limit for limit in limits if limit is not None]
        weighing = self._weighing(key)
        if weighing.is_known:
            inputs = [weighing.tokens(estimate) for estimate in inputs]
        self._count(key, first.endpoint, inputs, capped)
        if route.spread:
            self.spread.add(key)
        else:
            self.spread.discard(key)
        if len(capped) == len(limits):
            bounds = capped
        else:
            assumed = self._assumed if ENDPOINTS[first.endpoint].writes_text else 0
            bounds = [assumed if limit is None else limit for limit in limits]
        return await self._places(key, first.endpoint, inputs, bounds), inputs, bounds

    async def _places(self, key: Key, endpoint: str, inputs: Sequence[int], outputs: Sequence[int]) -> Sequence[int]:
        part = self._admissions.part(key, len(inputs), sum(inputs) + sum(outputs), max(outputs))
        if part is not None:
            return [await self._bucket(key, endpoint, part)] * len(inputs)
        places: list[int] = []
        for tokens_in, tokens_out in zip(inputs, outputs, strict=True):
            one = self._admissions.part(key, 1, tokens_in + tokens_out, tokens_out) or Part.REST
            places.append(await self._bucket(key, endpoint, one))
        return places

    def _chosen(self, first: Entry, longest: int) -> Route:
        """Where entries like this one go: all of a job to the place that is best when its first one is read."""
        route = self._route(first.model)
        if not route.spread:
            return route
        at = (route.model, first.endpoint)
        if at not in self._placed:
            self._placed[at] = self._choose(route, first.endpoint, longest)
        return self._placed[at]

    def leave_out(self, bucket: int, tokens_in: int, bound: int) -> None:
        """Take a request that was placed out of what is asked for: it is refused after all."""
        key, endpoint = next((key, endpoint) for (key, endpoint, _), row in self.buckets.items() if row == bucket)
        load = self._loads[key]
        assumed = self._assumed if ENDPOINTS[endpoint].writes_text else 0
        # Where some have a limit, one that is as long as what is assumed weighs the same as none.
        capped = load.capped == load.requests or (load.capped > 0 and bound != assumed)
        self._loads[key] = replace(
            load,
            requests=load.requests - 1,
            input_tokens=load.input_tokens - tokens_in,
            capped=load.capped - capped,
            capped_output=load.capped_output - (bound if capped else 0),
        )

    def _count(self, key: Key, endpoint: str, inputs: Sequence[int], capped: Sequence[int]) -> None:
        load = self._loads.get(key, Load(0, 0, 0))
        self._loads[key] = Load(
            load.requests + len(inputs),
            load.input_tokens + sum(inputs),
            max(load.longest_input, *inputs),
            load.capped + len(capped),
            load.capped_output + sum(capped),
            load.endpoints | {endpoint},
        )

    async def _bucket(self, key: Key, endpoint: str, part: Part) -> int:
        found = self.buckets.get((key, endpoint, part))
        if found is None:
            found = await self._store.buckets.ensure(
                self._job.owner,
                self._job.id,
                account=key[0],
                model=key[1],
                endpoint=endpoint,
                deadline=self._job.deadline,
                part=part,
                spread=key in self.spread,
            )
            self.buckets[key, endpoint, part] = found
        return found


def _by_kind(entries: Entries) -> Mapping[Kind, Sequence[int]]:
    """The indexes of the entries of each kind. Most files have one kind, which costs next to nothing."""
    models, endpoints = set(entries.models), set(entries.endpoints)
    if len(models) == len(endpoints) == 1:
        return {(models.pop(), endpoints.pop()): range(len(entries))}
    found: dict[Kind, list[int]] = {}
    for index, kind in enumerate(zip(entries.models, entries.endpoints, strict=True)):
        found.setdefault(kind, []).append(index)
    return dict(sorted(found.items()))
