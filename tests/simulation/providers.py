"""The providers that days are simulated at: how an account is set up, and how the provider's ids of rows are ours again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bide.providers.bedrock import records
from bide.providers.kinds import KINDS
from bide.providers.port import Limits
from bide.providers.setup import Kind, Setup
from bide.simulator.bedrock.protocol import Bedrock
from bide.simulator.protocol import Protocol
from bide.simulator.protocols import PROTOCOLS
from bide.simulator.status import Status


def as_sent(custom_id: str) -> str:
    """The id that the provider has is the one that it was given."""
    return custom_id


@dataclass(frozen=True, slots=True)
class Simulated:
    """A provider of the simulation. `path` leads to it in the simulator; `more` are further fields of its `Setup`."""

    name: str
    model: str
    path: str
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])
    own_id: Callable[[str], str] = as_sent
    """Our id of a row, from the one that the provider writes into its books."""
    withholds: frozenset[Status] = frozenset()
    """Ends of a batch after which nobody gets to see what it finished, though it may be billed."""

    smallest: float = 0.0
    """The smallest batch, as a part of the largest: a few requests are a batch here, so that days with few requests have some."""
    spoken: Protocol | None = None
    """Its protocol, where it is another than the simulator's own."""
    another: str = ""
    """The name of its kind, where that is not its own: a provider may be used in two ways."""

    @property
    def kind(self) -> Kind:
        return KINDS[self.another or self.name]

    @property
    def protocol(self) -> Protocol:
        return self.spoken or PROTOCOLS[self.kind.name]

    def least(self, most: int) -> int:
        """The fewest requests of a batch, where the most are so many."""
        return max(1, int(most * self.smallest))

    def setup(self, limits: Limits) -> Setup:
        """An account with its own limits."""
        return Setup(
            account=self.name,
            catalogue=self.name,
            base_url=f"http://simulated/{self.path}",
            api_key="key",
            limits=limits,
            capabilities=self.kind.capabilities,
            **self.more,
        )

    @property
    def limits(self) -> Limits:
        """What its kind says of its batches."""
        return self.kind.limits


SIMULATED: Mapping[str, Simulated] = {
    one.name: one
    for one in (
        Simulated("openai", "gpt-5-mini", "v1"),
        Simulated("azure", "gpt-5-mini", "azure"),
        # Batches have no metadata there, and are found by their blobs alone.
        Simulated("azure-blobs", "gpt-5-mini", "azure", {"bucket": "az://account/bide/batches"}, another="azure"),
        Simulated("anthropic", "claude-haiku-5-5", "anthropic"),
        Simulated("gemini", "gemini-3.8-flash", "gemini", withholds=frozenset({Status.CANCELLED, Status.EXPIRED})),
        Simulated(
            "vertex",
            "gemini-3.8-flash",
            "vertex",
            {"project": "bide", "region": "us-central1", "token": "token", "bucket": "gs://bide/batches"},
        ),
        Simulated(
            "bedrock",
            "amazon.nova-lite-v1:0",
            "bedrock",
            {
                "region": "us-east-1",
                "role": "arn:aws:iam::123456789012:role/bide",
                "bucket": "s3://bide/batches",
                "runtime_url": "http://simulated/bedrock",
            },
            own_id=records.custom_id,
            smallest=0.5,
            spoken=Bedrock(least=1),  # a day has too few requests for jobs of a hundred
        ),
        Simulated("doubleword", "gpt-5-mini", "doubleword/v1"),
        Simulated("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "together/v1"),
    )
}
