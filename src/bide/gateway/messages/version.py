"""The version of Anthropic's API that a caller speaks."""

from collections.abc import Mapping

from bide.gateway.refusal import RefusalError
from bide.intake.endpoint import MESSAGES, Endpoint
from bide.intake.message_rules import VERSIONS, WITH_SAMPLING, fault

HEADER = "anthropic-version"


def version_of(headers: Mapping[str, str]) -> str:
    """The version that a caller speaks; the oldest for who does not say.

    Raises:
        RefusalError: there is no such version.
    """
    version = headers.get(HEADER, WITH_SAMPLING).strip()
    if version not in VERSIONS:
        known = " or ".join(VERSIONS)
        raise RefusalError(400, "invalid_version", f"{HEADER}: {version[:40]!r} is not known here; send {known}")
    return version


def check(endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> None:
    """See that the body of a message has a limit, and nothing that its version leaves out; of other endpoints nothing is
    asked. The body is a JSON object.

    Raises:
        RefusalError: it is not so, or there is no such version.
    """
    if endpoint is not MESSAGES:
        return
    if b"max_tokens" not in body and b"\\u" not in body:  # whoever is asked would say the same, some only after a while
        raise RefusalError(400, "invalid_request", "max_tokens: Field required", param="max_tokens")
    check_version(body, headers)


def check_version(body: bytes, headers: Mapping[str, str]) -> None:
    """See that a Messages body has nothing that its version leaves out. Raises `RefusalError`."""
    found = fault(body, version_of(headers))
    if found is not None:
        raise RefusalError(400, "invalid_request", str(found), param=found.field)
