"""What a caller asks: a prompt or a body, made into the path and the bytes of a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bide.client.errors import InvalidRequestError
from bide.intake.endpoint import CHAT, EMBEDDINGS, ENDPOINTS, MESSAGES, RESPONSES, Endpoint

Request = str | Mapping[str, Any]
"""A prompt, or a body as the endpoint takes it."""

NAMES = {name: endpoint for endpoint in ENDPOINTS.values() for name in (endpoint.name, endpoint.url)}


@dataclass(frozen=True, slots=True)
class Form:
    """What requests have in common that do not say it themselves."""

    model: str | None = None
    system: str | None = None
    endpoint: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def call(self, request: Request) -> tuple[str, bytes]:
        """The path and the body of a request.

        Raises:
            InvalidRequestError: something is missing or cannot be told; `param` names it.
        """
        endpoint = self._endpoint(request)
        fields = dict(self.parameters)
        fields.update(_asked(endpoint, request) if isinstance(request, str) else request)
        if fields.get("model") is None:
            if self.model is None:
                raise _invalid("model", "no model is named; pass model=… or put one into the body")
            fields["model"] = self.model
        if self.system is not None:
            _instruct(endpoint, fields, self.system)
        try:
            return endpoint.url, msgspec.json.encode(fields)
        except (TypeError, ValueError) as error:
            raise _invalid(None, f"the body cannot be written as JSON ({error}); use plain values") from None

    def _endpoint(self, request: Request) -> Endpoint:
        if self.endpoint is not None:
            found = NAMES.get(self.endpoint)
            if found is None:
                known = ", ".join(sorted(endpoint.name for endpoint in ENDPOINTS.values()))
                raise _invalid("endpoint", f"there is no endpoint {self.endpoint!r}; write one of {known}")
            return found
        if isinstance(request, str) or "messages" in request:
            return CHAT
        raise _invalid(
            "endpoint",
            "the body has no messages, so its endpoint must be named: pass endpoint='responses', 'embeddings' …",
        )


def _asked(endpoint: Endpoint, prompt: str) -> dict[str, Any]:
    if endpoint.may_be_text:
        return {endpoint.content: prompt}
    return {endpoint.content: [{"role": "user", "content": prompt}]}


def _instruct(endpoint: Endpoint, fields: dict[str, Any], system: str) -> None:
    """Put in a system prompt where the body brings none of its own."""
    if endpoint is CHAT:
        messages: list[Any] = list(fields.get("messages") or [])
        if not any(isinstance(one, Mapping) and one.get("role") in ("system", "developer") for one in messages):  # type: ignore[reportUnknownMemberType]
            fields["messages"] = [{"role": "system", "content": system}, *messages]
    elif endpoint is RESPONSES:
        fields.setdefault("instructions", system)
    elif endpoint is MESSAGES:
        fields.setdefault("system", system)
    else:
        name = EMBEDDINGS.name if endpoint is EMBEDDINGS else endpoint.name
        raise _invalid("system", f"{name} take no system prompt; leave it out")


def _invalid(param: str | None, message: str) -> InvalidRequestError:
    return InvalidRequestError(message, status=400, param=param)
