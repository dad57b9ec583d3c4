"""What every process of the test run does first: it settles what examples are tried, and collects."""

import gc
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("settled", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("chance", settings.get_profile("settled"), derandomize=False, max_examples=2_000)
settings.load_profile("settled")
"""A test of whatever is true of all examples tries the same ones in each run, and as long as that takes: it says something of what was
changed, not of chance and of how busy the machine is. `scripts/drills` has chance look for others (`--hypothesis-profile=chance`)."""


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
