"""How much a model reads and writes, from the catalogue and, before it, from our own rows."""

from dataclasses import dataclass

from bide.ledger.catalogue import Catalogue, bundled_catalogue
from bide.ledger.overlay import Overlay, bundled_overlay


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known about a model; None is unknown, not unlimited."""

    context_window: int | None
    """Input tokens, with the output's where the provider counts both."""
    maximum_output: int | None
    """Tokens of one answer."""
    deprecated: bool
    """The provider has announced its end, or it has come."""


UNKNOWN = ModelFacts(None, None, False)


def model_facts(
    provider: str, model: str, *, catalogue: Catalogue | None = None, overlay: Overlay | None = None
) -> ModelFacts:
    """The facts about a model; all unknown where nobody knows it. Loads the catalogue."""
    entry = (catalogue or bundled_catalogue()).find(provider, model)
    if entry is None:
        return UNKNOWN
    fact = (overlay or bundled_overlay()).fact(provider, entry.id)
    return ModelFacts(
        context_window=(fact and fact.context_window) or entry.info.context_window,
        maximum_output=fact.maximum_output if fact else None,
        deprecated=bool(entry.info.deprecated),
    )
