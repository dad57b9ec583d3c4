"""What to type in the shell that is to use the simulator, for each provider whose protocol it speaks."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bide.core.errors import SettingError
from bide.providers.kinds import KINDS
from bide.providers.setup import Kind
from bide.simulator.protocols import PROTOCOLS

KEY = "simulated"

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
    return {f"BIDE_{name.upper()}_BASE_URL": f"{root}/{name}{path}", **dict.fromkeys(_variables(kind), KEY)}


def _variables(kind: Kind) -> list[str]:
    """The variables that have to hold something, whatever it is."""
    opener = next((field for field in OPENERS if kind.variables.get(field)), None)
    fields = [*([opener] if opener else []), *(field for field in kind.required if field not in ("base_url", opener))]
    return [kind.variables[field][0] for field in fields if kind.variables.get(field)]
