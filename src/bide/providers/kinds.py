"""Every kind of provider, by name."""

from collections.abc import Mapping

from bide.providers.anthropic.kind import ANTHROPIC
from bide.providers.bedrock.kind import BEDROCK
from bide.providers.gemini.kind import GEMINI
from bide.providers.openai.azure import AZURE
from bide.providers.openai.doubleword import DOUBLEWORD
from bide.providers.openai.kinds import COMPATIBLE, OPENAI
from bide.providers.openai.together import TOGETHER
from bide.providers.setup import Kind
from bide.providers.vertex.kind import VERTEX

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (OPENAI, AZURE, ANTHROPIC, GEMINI, VERTEX, BEDROCK, TOGETHER, DOUBLEWORD, COMPATIBLE)
}
