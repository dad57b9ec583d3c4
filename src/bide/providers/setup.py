"""What an adapter is made of: where an account is, how it is opened, and what is known about its kind of provider."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bide.buckets.port import Buckets
from bide.providers.port import Capabilities, Limits, Provider
from bide.providers.transport import Transport


class Authority(Protocol):
    """Signs requests where a key alone does not do: by tokens that run out, or over the request's own bytes."""

    async def headers(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """The headers that open the account, for this request.

        Raises:
            UnauthorisedError: there are no credentials, or they are refused.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """One account. The fields from `base_url` to `api_version` come from the config or the environment.

    `base_url` ends before the paths of the protocol. `bucket` is where batch files lie, as in ``s3://name/folder``.
    `deployments` gives the provider's own name of a model where it is another in this account, `batch_deployments` the
    one that its batches are for, where that differs.
    """

    account: str
    catalogue: str
    base_url: str
    runtime_url: str | None = None
    """Where models are called, where that is another host than the one that has the batches."""
    api_key: str = ""
    token: str | None = None
    """A bearer token in the place of a key."""
    organisation: str | None = None
    project: str | None = None
    region: str | None = None
    bucket: str | None = None
    role: str | None = None
    api_version: str | None = None
    completion_window: str = "24h"
    limits: Limits
    capabilities: Capabilities
    deployments: Mapping[str, str] = field(default_factory=dict[str, str])
    batch_deployments: Mapping[str, str] = field(default_factory=dict[str, str])
    serves: tuple[str, ...] = ()
    """Patterns (`fnmatch`) of the bare model names that are this account's, where no other claims them."""
    output_tokens: int = 8_192
    """The output limit sent with requests that name none, where the provider demands one."""
    authority: Authority | None = None

    def deployment(self, model: str, *, batch: bool) -> str:
        """What the provider calls a model, in batches or in real time."""
        if batch and model in self.batch_deployments:
            return self.batch_deployments[model]
        return self.deployments.get(model, model)

    def __repr__(self) -> str:
        return f"Setup({self.account})"  # neither a key nor the password of an address reaches a log


@dataclass(frozen=True, slots=True)
class Tools:
    """What every adapter of a process shares. `buckets` are the object stores."""

    transport: Transport
    buckets: Buckets | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A provider, as data: what `bide providers` shows, and what accounts are opened from.

    `variables` names, for a field of `Setup`, the environment variables it may come from, the first that is set.
    Any of `switches` switches an account of the kind's own name on. `models` are patterns (`fnmatch`) of the bare
    model names that are its own. `discount` says in words what a batch costs.
    """

    name: str
    title: str
    catalogue: str | None
    base_url: str | None
    variables: Mapping[str, tuple[str, ...]]
    switches: tuple[str, ...]
    required: tuple[str, ...] = ()
    batch_needs: tuple[str, ...] = ()
    """Fields of `Setup` without which there are calls and no batches."""
    models: tuple[str, ...] = ()
    windows: tuple[str, ...] | None = ("24h",)
    """The completion windows that batches may have, the usual one first; None for whatever one says."""
    discount: str
    typical: str
    """How long a batch usually takes, in words, with its source in the provider's page of the docs."""
    limits: Limits
    capabilities: Capabilities
    early_by_setting: bool = False
    """Whether settings may say how an account's early results are read (`EarlyResults`): servers of one's own differ."""
    connect: Callable[[Setup, Tools], Provider]
