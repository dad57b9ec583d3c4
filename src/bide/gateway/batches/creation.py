"""The create of a batch, read: what OpenAI asks for, and bide's own words in its metadata.

Any window is taken that `bide.core.deadline` reads: ``15m``, ``24h``, ``7d``, and deadlines such as ``06:00`` or an ISO 8601
instant. Metadata may say more: ``bide_within``, ``bide_by`` and ``bide_priority`` stand above the window, as the headers of the same
names do; ``bide_on_miss``, ``bide_workflow``, ``bide_webhook``, ``bide_partial`` and ``bide_max_cost`` say what OpenAI has no word for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from bide.core.clock import DAY
from bide.core.deadline import OnMiss, Priority, parse_deadline
from bide.core.errors import DeadlineError
from bide.gateway.asked import PREFIX
from bide.gateway.cap import HEADER, WORD, cap_said
from bide.gateway.files.lifetime import read_life
from bide.gateway.refusal import RefusalError
from bide.intake.endpoint import ENDPOINTS
from bide.intake.problem import did_you_mean
from bide.lanes.arrival.cache import CacheWordError, said
from bide.lanes.arrival.patience import A_DAY
from bide.lanes.arrival.urgency import Said, Words, urgency

OUTPUT_LIFE = 30 * DAY
"""How long results are kept that nobody said otherwise about."""

MOST_PAIRS, LONGEST_NAME, LONGEST_VALUE = 16, 64, 512

OWN = (
    "bide_within",
    "bide_by",
    "bide_priority",
    "bide_on_miss",
    "bide_workflow",
    "bide_partial",
    "bide_webhook",
    "bide_cache",
    WORD,
)

REQUIRED = ("input_file_id", "endpoint", "completion_window")

LONGEST_ID = 128


class _Life(msgspec.Struct):
    anchor: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Creation:
    """What is asked for. `deadline` in microseconds since 1970, `output_life` in microseconds."""

    input_file: str
    endpoint: str
    completion_window: str
    metadata: Mapping[str, str] | None
    output_life: int
    deadline: int
    said_by: str
    priority: Priority | None
    on_miss: OnMiss
    workflow: str | None
    webhook: str | None
    partial: bool
    kept_for: int | None
    """How long answers stand for exact repeats, in microseconds; None: it does not say."""


def read_creation(body: bytes, headers: Mapping[str, str], default: OnMiss, now: int, low: str = A_DAY) -> Creation:
    """What a create asks for. `default` is what becomes of requests that no batch answers in time, `low` what that priority means.

    Raises:
        RefusalError: with the field that cannot be used.
    """
    try:
        fields = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RefusalError(400, "invalid_json", f"the body is no JSON object: {error}") from None
    for name in REQUIRED:
        if fields.get(name) is None:
            raise RefusalError(400, "missing_required_parameter", f"Missing required parameter: '{name}'.", param=name)
        if not isinstance(fields[name], str) or "\0" in fields[name]:
            raise RefusalError(400, "invalid_type", f"{name} has to be a string", param=name)
    if fields["endpoint"] not in ENDPOINTS:
        guess = did_you_mean(fields["endpoint"], ENDPOINTS)
        known = ", ".join(ENDPOINTS)
        raise RefusalError(400, "invalid_value", f"the endpoint is not one of {known}{guess}", param="endpoint")
    if len(fields["input_file_id"]) > LONGEST_ID:
        raise RefusalError(400, "invalid_value", "there is no file id as long as that", param="input_file_id")
    metadata = _metadata(fields.get("metadata"))
    if cap_said(headers, metadata or {}) is not None and HEADER in headers:
        metadata = {**(metadata or {}), WORD: headers[HEADER]}  # the batch shows under which cap it runs
    deadline, said_by = _deadline(fields["completion_window"], headers, metadata or {}, now, low)
    return Creation(
        input_file=fields["input_file_id"],
        endpoint=fields["endpoint"],
        completion_window=fields["completion_window"],
        metadata=metadata,
        output_life=_output_life(fields.get("output_expires_after")),
        deadline=now if deadline is None else deadline,
        said_by=said_by,
        priority=Priority.URGENT if deadline is None else None,
        on_miss=_on_miss(headers.get("bide-on-miss") or (metadata or {}).get("bide_on_miss"), default),
        workflow=headers.get("bide-workflow") or (metadata or {}).get("bide_workflow"),
        webhook=headers.get("bide-webhook") or (metadata or {}).get("bide_webhook"),
        partial=_partial((metadata or {}).get("bide_partial")),
        kept_for=_kept_for(headers, metadata or {}),
    )


def _metadata(value: Any) -> Mapping[str, str] | None:
    if value is None:
        return None
    try:
        found = msgspec.convert(value, type=dict[str, str])
    except msgspec.ValidationError:
        raise RefusalError(400, "invalid_type", "metadata has to be pairs of strings", param="metadata") from None
    if len(found) > MOST_PAIRS:
        raise RefusalError(
            400, "invalid_value", f"metadata has {len(found)} pairs, more than {MOST_PAIRS}", param="metadata"
        )
    for name, text in found.items():
        if len(name) > LONGEST_NAME or len(text) > LONGEST_VALUE:
            raise RefusalError(
                400,
                "string_above_max_length",
                f"a name in metadata has at most {LONGEST_NAME} characters, a value {LONGEST_VALUE}",
                param=f"metadata.{name[:LONGEST_NAME]}",
            )
        if "\0" in name + text:
            raise RefusalError(400, "invalid_value", "metadata contains a NUL", param="metadata")
        if name.startswith(PREFIX) and name not in OWN:
            raise RefusalError(
                400,
                "invalid_value",
                f"bide knows no {name}{did_you_mean(name, OWN)}; it knows {', '.join(OWN)}",
                param=f"metadata.{name}",
            )
    return found


def _deadline(
    window: str, headers: Mapping[str, str], metadata: Mapping[str, str], now: int, low: str
) -> tuple[int | None, str]:
    """By when, and who said so; None: at once."""
    said = Said(
        path="/v1/batches",
        model="",
        headers={name: value for name, value in headers.items() if name in ("bide-by", "bide-within", "bide-priority")},
        metadata={
            name: value for name, value in metadata.items() if name in ("bide_by", "bide_within", "bide_priority")
        },
    )
    try:
        found = urgency(said, (), Words(low=low), now)
    except DeadlineError as error:
        raise RefusalError(400, "invalid_deadline", str(error), param="metadata") from None
    if found.explicit:
        return found.deadline, found.source
    try:
        return parse_deadline(window, now), "completion_window"
    except DeadlineError as error:
        raise RefusalError(400, "invalid_value", f"completion_window: {error}", param="completion_window") from None


def _kept_for(headers: Mapping[str, str], metadata: Mapping[str, str]) -> int | None:
    try:
        return said(headers, metadata)
    except CacheWordError as error:
        raise RefusalError(400, error.code, str(error), param="metadata.bide_cache") from None


def _output_life(value: Any) -> int:
    if value is None:
        return OUTPUT_LIFE
    try:
        given = msgspec.convert(value, type=_Life)
    except msgspec.ValidationError as error:
        raise RefusalError(
            400, "invalid_type", f"output_expires_after: {error}", param="output_expires_after"
        ) from None
    return read_life(given.anchor, given.seconds, "output_expires_after") or OUTPUT_LIFE


def _on_miss(text: str | None, default: OnMiss) -> OnMiss:
    if text is None:
        return default
    try:
        return OnMiss(text.strip().lower())
    except ValueError:
        raise RefusalError(
            400,
            "invalid_value",
            f"bide_on_miss is {text[:40]!r}; write one of {', '.join(OnMiss)}",
            param="metadata.bide_on_miss",
        ) from None


def _partial(text: str | None) -> bool:
    if text is None:
        return False
    if text.strip().lower() not in ("true", "false"):
        raise RefusalError(
            400, "invalid_value", f"bide_partial is {text[:40]!r}; write true or false", param="metadata.bide_partial"
        )
    return text.strip().lower() == "true"
