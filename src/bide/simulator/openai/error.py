"""Errors in the shape that every error of OpenAI's has."""

from bide.simulator.refusal import Failure


def error_body(failure: Failure) -> dict[str, object]:
    """``{"error": {…}}``, with its four fields in the documented order."""
    return {"error": {"message": failure.message, "type": failure.type, "param": failure.param, "code": failure.code}}
