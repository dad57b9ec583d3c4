"""The lists of OpenAI's protocol: files, batches, models."""

from collections.abc import Mapping, Sequence

from bide.simulator.account import Account
from bide.simulator.openai.create import read_limit
from bide.simulator.openai.view import batch_object, file_object
from bide.simulator.openai.wire import ModelList, ModelObject, Page, page
from bide.simulator.refusal import Failure, Refusal, invalid

MOST_FILES = 10_000
MOST_BATCHES = 100
"""Entries of one page."""

MODELS_CREATED = 1_790_000_000


def list_files(account: Account, query: Mapping[str, str], now: int) -> Page:
    """One page of files, the results of ended batches among them."""
    account.batches.publish_all(now)
    limit = read_limit(query.get("limit", "10000"), MOST_FILES)
    purpose, after = query.get("purpose"), query.get("after")
    files = [file for file in account.files.existing(now) if purpose in (None, file.purpose)]
    if query.get("order", "desc") != "asc":
        files.reverse()
    if after is not None:
        start = next((place for place, file in enumerate(files, 1) if file.id == after), None)
        if start is None:
            raise invalid(f"There is no file {after!r} to go on after.", param="after")
        files = files[start:]
    return page([file_object(file) for file in files[:limit]], more=len(files) > limit)


def list_batches(account: Account, query: Mapping[str, str], now: int) -> Page:
    """One page of batches, the newest first."""
    limit = read_limit(query.get("limit", "20"), MOST_BATCHES)
    batches, more = account.batches.older(query.get("after"), limit, now)
    shown = [batch_object(batch, now, metadata=batch.behaviour.metadata_listed) for batch in batches]
    return page(shown, more=more)


def models(names: Sequence[str], identifier: str) -> ModelList | ModelObject:
    """The models of these names, or the one that is asked for."""
    if not identifier:
        return ModelList("list", [_model(name) for name in names])
    if identifier not in names:
        raise Refusal(Failure(404, f"The model '{identifier}' does not exist.", code="model_not_found", param="model"))
    return _model(identifier)


def _model(name: str) -> ModelObject:
    return ModelObject(name, "model", MODELS_CREATED, "simulator")
