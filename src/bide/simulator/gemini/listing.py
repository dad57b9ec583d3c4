"""The lists of the Gemini API: files, batches, models. Nothing filters them."""

from collections.abc import Mapping, Sequence

from bide.simulator.account import Account
from bide.simulator.gemini.uploads import UPLOADING, file_object
from bide.simulator.gemini.view import operation
from bide.simulator.refusal import invalid, unknown

MOST = 100
"""Entries of one page."""

USUAL = 50

Shown = dict[str, object]


def list_batches(account: Account, query: Mapping[str, str], now: int) -> Shown:
    """One page of batches, the newest first. What is empty is left out."""
    limit = page_size(query)
    found, more = account.batches.older(query.get("pageToken") or None, limit, now)
    page: Shown = {"operations": [operation(account, batch, now, is_listed=True) for batch in found]} if found else {}
    return page | ({"nextPageToken": found[-1].id} if more else {})


def list_files(account: Account, query: Mapping[str, str], base: str, now: int) -> Shown:
    """One page of uploaded files, the newest first."""
    limit, start = page_size(query), int(query.get("pageToken") or 0)
    files = [file for file in reversed(account.files.existing(now)) if file.purpose not in (UPLOADING, "batch_output")]
    shown: Shown = {"files": [file_object(file, base) for file in files[start : start + limit]]}
    return shown | ({"nextPageToken": str(start + limit)} if len(files) > start + limit else {})


def list_models(names: Sequence[str]) -> Shown:
    """Every model."""
    return {"models": [_model(name) for name in names]}


def find_model(names: Sequence[str], name: str) -> Shown:
    """One model."""
    if name not in names:
        raise unknown(f"Model is not found: models/{name}")
    return _model(name)


def _model(name: str) -> Shown:
    calls = ["generateContent", "countTokens", "batchGenerateContent"]
    return {
        "name": f"models/{name}",
        "displayName": name,
        "supportedGenerationMethods": ["embedContent", "asyncBatchEmbedContent"] if "embedding" in name else calls,
    }


def page_size(query: Mapping[str, str], most: int = MOST) -> int:
    """How many entries a page is to have; more than there may be are as many as there may be."""
    told = query.get("pageSize") or str(USUAL)
    if not told.isdecimal():
        raise invalid("Invalid value at 'page_size'.")
    return min(most, int(told)) or USUAL
