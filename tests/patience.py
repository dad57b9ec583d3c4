"""How long tests wait for what has to happen."""

PATIENCE = 120.0
"""Seconds. Only what fails waits for so long: a test goes on as soon as it sees what it waits for, and on a machine that others keep busy
the same thing may take many times as long as alone. Less than the time after which a test is stopped, so that it says where it waited."""
