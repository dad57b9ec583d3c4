"""What to type in the shell that is to use the simulator, for each provider whose protocol it speaks."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from bide.core.errors import SettingError
from bide.providers.kinds import KINDS
from bide.providers.setup import Kind
from bide.simulator.protocols import PROTOCOLS

KEY = "simulated"

VALUES: Mapping[str, str] = {
    "region": "us-east-1",
    "bucket": "s3://bide/batches",
    "role": "arn:aws:iam::123456789012:role/bide",
}
"""What other fields than keys are given, where nothing better is known: any will do, in its provider's form."""

BUCKETS: Mapping[str, str] = {"vertex": "gs://bide/batches"}
"""Where batches lie that lie elsewhere."""

NEEDED = ("bucket", "role")
"""Fields without which an account has no batches, wherever it has variables for them."""

OPENERS = ("api_key", "token")
"""Fields of an account that let one in; the first that a kind has a variable for is enough."""


def spoken() -> Sequence[str]:
    """The kinds of providers that the simulator speaks for, OpenAI's first."""
    return [name for name in PROTOCOLS if name in KINDS]


def exports(name: str, root: str) -> Mapping[str, str]:
    """The environment variables by which bide finds a provider of the simulator at `root` and is let in.

    Raises:
        SettingError: the simulator does not speak for it.
    """
    if name not in spoken():
        raise SettingError(f"the simulator does not speak for {name!r}; it has {', '.join(spoken())}")
    kind = KINDS[name]
    # What the provider's own address has before the paths of its protocol, the simulator has behind the mount.
    path = urlsplit(kind.base_url or "").path
    return {f"BIDE_{name.upper()}_BASE_URL": f"{root}/{name}{path}", **dict(_fields(kind))}


def _fields(kind: Kind) -> Iterator[tuple[str, str]]:
    """The variables that have to hold something, and what."""
    opener = next((field for field in OPENERS if kind.variables.get(field)), None)
    for field, names in kind.variables.items():
        if field == opener or (field in (*kind.required, *NEEDED) and field != "base_url"):
            value = BUCKETS.get(kind.name) if field == "bucket" else None
            yield names[0], value or VALUES.get(field, KEY)
