"""What schemathesis thinks of, sent to a live gateway: every answer has to be one that the description tells of."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.specs.openapi import checks

from tests.gateway.api.ask import defer, get, passed
from tests.gateway.place import Place, place
from tests.patience import PATIENCE

EXAMPLES = 25
"""For each operation."""

EXPENSIVE: Mapping[str, int] = {"/bide/v1/audit": 5}
"""The same for those that begin a process each time."""

ACCEPTS: Any = checks.positive_data_acceptance  # type: ignore[reportUnknownMemberType]

EXCLUDED: Mapping[str, list[Any]] = {
    path: [ACCEPTS] for path in ("/bide/v1/estimate", "/bide/v1/notices/{account}", "/bide/v1/report", "/bide/v1/audit")
}
"""What is said in the bodies of the first two is for a provider; their shapes are the provider's, and not described here. Which time
zones there are, as the others ask, is no matter of shape, nor is what can be read as a log."""


async def test_the_gateway_keeps_to_its_description(tmp_path: Path) -> None:
    async with place(tmp_path, "gateway.largest_body=1000000") as at:
        known = await _work(at)
        failures = await asyncio.to_thread(_examine, at.url, known)
    assert not failures, "\n\n".join(failures)


async def _work(at: Place) -> dict[str, list[str]]:
    """Something to ask about: the values of path parameters that name something."""
    settled, waiting, once = await defer(at), await defer(at, **{"Bide-Within": "24h"}), await passed(at)
    job = (await get(at, f"/requests/{settled}?wait=60"))["job"]
    return {"request_id": [settled, waiting, once], "job_id": [job], "account": ["openai", "mistral"]}


def _examine(url: str, known: dict[str, list[str]]) -> list[str]:
    schema: Any = schemathesis.openapi.from_url(f"{url}/bide/v1/openapi.json")
    failures: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        try:
            _try(operation, url, known)
        except AssertionError as error:
            failures.append(f"{operation.label}: {error}")
    return failures


def _try(operation: Any, url: str, known: dict[str, list[str]]) -> None:
    number = 0

    @hypothesis.settings(
        max_examples=EXPENSIVE.get(operation.path, EXAMPLES),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @hypothesis.given(case=operation.as_strategy())
    def check(case: Any) -> None:
        nonlocal number
        number += 1
        for name, values in known.items():
            if name in (case.path_parameters or {}) and number % 2:
                case.path_parameters[name] = values[number // 2 % len(values)]
        if "wait" in (case.query or {}) or operation.path.endswith("/events"):
            case.query = dict[str, Any](case.query or {}, wait=0)
        answer = case.call(base_url=url, timeout=PATIENCE)
        try:
            case.validate_response(answer, excluded_checks=EXCLUDED.get(operation.path, []))
        except BaseExceptionGroup as group:
            sent = f"query {case.query}, headers {case.headers}, body {case.body!r:.300}"
            wrong = "\n".join(map(str, group.exceptions))
            raise AssertionError(f"{wrong}\n{sent}\nwas answered {answer.status_code} {answer.text:.300}") from None

    check()


async def test_the_description_is_valid(at: Place) -> None:
    schema: Any = await asyncio.to_thread(schemathesis.openapi.from_url, f"{at.url}/bide/v1/openapi.json")
    schema.validate()
