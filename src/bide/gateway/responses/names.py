"""The ids of deferred responses, which are those of their calls with another beginning."""

PREFIX, CALL_PREFIX = "resp_", "req_"


def response_id(call: str) -> str:
    """The id of a call as that of a response."""
    return PREFIX + call.removeprefix(CALL_PREFIX)


def call_id(response: str) -> str | None:
    """The call that a response may be; None where its id is none of ours."""
    return CALL_PREFIX + response.removeprefix(PREFIX) if response.startswith(PREFIX) else None
