"""The protocols that are spoken, by name."""

from collections.abc import Mapping

from bide.simulator.anthropic.protocol import ANTHROPIC
from bide.simulator.azure.protocol import AZURE
from bide.simulator.bedrock.protocol import BEDROCK
from bide.simulator.doubleword.protocol import DOUBLEWORD
from bide.simulator.gemini.protocol import GEMINI
from bide.simulator.openai.protocol import OPENAI
from bide.simulator.protocol import Protocol
from bide.simulator.together.protocol import TOGETHER
from bide.simulator.vertex.protocol import VERTEX

_ALL: tuple[Protocol, ...] = (
    OPENAI,
    AZURE,
    ANTHROPIC,
    GEMINI,
    VERTEX,
    BEDROCK,
    TOGETHER,
    DOUBLEWORD,
)

PROTOCOLS: Mapping[str, Protocol] = {protocol.name: protocol for protocol in _ALL}
"""Each is mounted under its name; OpenAI's is at the root as well."""
