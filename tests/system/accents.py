"""Drills at providers that speak OpenAI's protocol with an accent, beside those of every provider (`tests/system/drills.py`).

``python -m tests.system.accents`` plays all of them.
"""

import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.system.drills import REQUESTS, SOON, Seen, expect, play

AZURE = {"OPENAI_API_KEY": "", "AZURE_OPENAI_ENDPOINT": "{root}/azure", "AZURE_OPENAI_API_KEY": "simulated"}
TOGETHER = {"OPENAI_API_KEY": "", "TOGETHER_BASE_URL": "{root}/together", "TOGETHER_API_KEY": "simulated"}
DOUBLEWORD = {
    "OPENAI_API_KEY": "",
    "DOUBLEWORD_BASE_URL": "{root}/doubleword/v1",
    "DOUBLEWORD_API_KEY": "simulated",
}

ACCOUNTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "azure": ("azure", AZURE),
    "azure, dated": ("azure", {**AZURE, "OPENAI_API_VERSION": "2024-10-21"}),
    "together": ("together", TOGETHER),
    "doubleword": ("doubleword", DOUBLEWORD),
}
"""Who speaks it, and the variables that open an account there."""

LOST = f'{SOON}[[fault]]\nsite = "create"\nnth = 1\nkind = "reply_lost"\n'
HALF = '[batch]\nturnaround = "5m"\n[[when]]\nnth = [1]\nexpires = 0.5\nwindow = "30m"\n'
HANGS = '[batch]\nstuck = "in_progress"\nstuck_share = 0.5\ncancelled_share = 0.5\ncancelling = "30s"\n'
QUOTA = f'{SOON}[[limit]]\nenqueued_tokens = 1500\nover_quota = "%s"\n'
CAPACITY = f"{SOON}[[when]]\nnth = [1, 2]\nrefuses = 429\n"
READING = f'{SOON}[files]\nprocessing = "90s"\n'

AT_A_TIME = 3


def paid_once(seen: Seen) -> bool:
    return seen.answered == REQUESTS and not seen.billed_twice


def one_batch(seen: Seen) -> bool:
    return paid_once(seen) and len(seen.batches) == 1 and seen.billed("batch") == REQUESTS


def two_batches(seen: Seen) -> bool:
    return paid_once(seen) and len(seen.batches) == 2 and seen.billed("batch") == REQUESTS


def only_batches(seen: Seen) -> bool:
    return paid_once(seen) and seen.billed("realtime") == 0


def half_called(seen: Seen) -> bool:
    """A batch that never ends: what it has done is taken when it is cancelled, and everything is there in time."""
    return seen.answered == REQUESTS and seen.receipt["delivered"]["margin_seconds"] > 0


def all_but_one(seen: Seen) -> bool:
    return seen.answered == REQUESTS - 1 and not seen.billed_twice


DRILLS: Mapping[str, tuple[str, str, str, str, Callable[[Seen], bool]]] = {
    "azure, dated: reply lost": ("azure, dated", LOST, "8h", "", one_batch),
    "azure: expires with half": ("azure", HALF, "12h", "", two_batches),
    "together: expires with half": ("together", HALF, "12h", "", two_batches),
    "azure: cancelled with half": ("azure", HANGS, "1h", "", half_called),
    "together: cancelled with half": ("together", HANGS, "1h", "", half_called),
    "azure: quota, at once": ("azure", QUOTA % "400", "12h", "", only_batches),
    "azure: quota, late": ("azure", QUOTA % "late", "12h", "", only_batches),
    "azure: the file is read for a while": ("azure, dated", READING, "8h", "", one_batch),
    "azure: a bad line": ("azure", SOON, "8h", "[poison:validation]", all_but_one),
    "together: a bad line, not named": ("together", SOON, "8h", "[poison:validation]", all_but_one),
    "doubleword: cancelled with half": ("doubleword", HANGS, "1h", "", half_called),
    "doubleword: no capacity": ("doubleword", CAPACITY, "8h", "", one_batch),
    "doubleword: a bad line, refused with its upload": ("doubleword", SOON, "8h", "[poison:validation]", all_but_one),
    "doubleword: a bad line, not named": ("doubleword", SOON, "8h", "[poison:unnamed]", all_but_one),
}


QUICK = (
    "azure, dated: reply lost",
    "azure: the file is read for a while",
    "doubleword: no capacity",
    "doubleword: a bad line, refused with its upload",
)
"""Those that `make test` plays: the others take half a minute each."""


def wrong(names: Collection[str], folder: Path) -> Mapping[str, str]:
    """What went otherwise than it must, by drill; they are played some at a time."""

    def run(number: int, name: str) -> None:
        own = folder / str(number)
        own.mkdir()
        account, script, within, poison, right = DRILLS[name]
        provider, variables = ACCOUNTS[account]
        seen = play(own, script, within, poison, provider, **variables)
        expect(seen, right(seen))

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        played = {name: pool.submit(run, number, name) for number, name in enumerate(names)}
    return {name: str(error) for name, future in played.items() if (error := future.exception())}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = wrong(DRILLS, Path(folder))
    for name in DRILLS:
        print(f"{name:50} {'WRONG: ' + found[name] if name in found else 'ok'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
