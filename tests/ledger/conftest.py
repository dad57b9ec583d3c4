"""Prices and catalogue are loaded once: the library takes a third of a second."""

import pytest

from bide.ledger.catalogue import Catalogue, bundled_catalogue
from bide.ledger.prices import Prices


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return bundled_catalogue()


@pytest.fixture(scope="session")
def prices() -> Prices:
    return Prices()
