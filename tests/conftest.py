"""What every process of the test run does first: it collects."""

import gc
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Without the collector of garbage, which would go through all that is being imported again and again and find nothing: it takes
    half of the time. What is there afterwards stays, and the collector is spared it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
