"""An errand as the process does it: what is read is known by its content, and pages of the record come through as they are."""

import gzip
import io
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from bide.audit.account import batches, defaults, listed_as
from bide.audit.errand import Errand, carried_out, packed
from bide.audit.grounds import Grounds
from bide.audit.levers.assumption import Assumptions
from bide.core.errors import InputError
from bide.settings import ProviderSettings

ACCOUNTS = {"mine": ProviderSettings(kind="openai"), "theirs": ProviderSettings(kind="openai", catalogue="openrouter")}

ROWS = [{"created": hour * 3600, "in_tokens": 1000, "out_tokens": 100} for hour in range(48)]

PAID: Mapping[str, Any] = {
    "id": 1, "workflow": "nightly", "lane": "realtime", "mode": None, "provider": None, "account": "mine", "model": "gpt-4.1-mini",
    "amount": 5 * 10**8, "input": 1000, "cached": 0, "cache_write": 0, "cache_write_1h": 0, "output": 10, "reasoning": 0,
    "sent_at": None, "finished_at": None, "stream": False, "digest": b"0123456789abcdef", "caller": "reports", "job": None,
}  # fmt: skip


def errand(*, is_record: bool = False, **columns: str) -> Errand:
    grounds = Grounds(
        overrides={}, home=Path("nowhere"), day="2026-11-21", zone="UTC", assumptions=Assumptions(), batches=batches()
    )
    made = Errand(
        grounds=grounds, defaults=defaults(ACCOUNTS, "mine/gpt-4.1-mini"), columns=columns, is_record=is_record
    )
    return pickle.loads(pickle.dumps(made))


def parquet() -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), file)  # type: ignore[reportUnknownMemberType]
    return file.getvalue()


LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


@pytest.mark.parametrize(
    "log", [LINES, gzip.compress(LINES), json.dumps(ROWS).encode(), parquet()], ids=["lines", "gzip", "JSON", "Parquet"]
)
def test_a_log_is_known_by_its_content(log: bytes) -> None:
    told = json.loads(carried_out(errand(at="created"), io.BytesIO(log)))

    [part] = told["workflows"][0]["parts"]
    assert (told["rows"], part["provider"], part["model"]) == (48, "openai", "gpt-4.1-mini")
    assert part["tokens"]["input"] == 48_000


def test_the_record_comes_in_pages() -> None:
    pages = [[{**PAID, "at": hour * 3600 * 10**6} for hour in range(first, first + 24)] for first in (0, 24)]
    file = io.BytesIO(b"".join(packed(page, lambda account: listed_as(ACCOUNTS, account)) for page in pages))  # type: ignore[arg-type]
    told = json.loads(carried_out(errand(is_record=True), file))

    [part] = told["workflows"][0]["parts"]
    assert (part["provider"], part["rows"], part["repeats"]["again"]) == ("openai", 48, 47)
    assert (told["workflows"][0]["workflow"], part["callers"]["count"]) == ("nightly", 1)


def test_accounts_are_priced_by_the_list_that_they_name_or_that_of_their_kind() -> None:
    assert [listed_as(ACCOUNTS, name) for name in ("mine", "theirs", "anthropic", "unknown")] == [
        "openai",
        "openrouter",
        "anthropic",
        "unknown",
    ]
    for model in ("gpt-5", "openai/", "/gpt-5"):
        with pytest.raises(InputError, match="say whose it is"):
            defaults(ACCOUNTS, model)
