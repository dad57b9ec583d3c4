"""The checks that every request passes, wherever it came from, in words for its author.

This is the slow and talkative twin of the typed decoders in `bide.intake.endpoint`: what they accept, it accepts with
the same result (a property test holds the two together), and it can say what is wrong with the rest.
"""

from collections.abc import Mapping

from msgspec import Raw

from bide.intake.depth import DEEPEST, is_too_deep
from bide.intake.endpoint import COUNT_LIMIT, RESPONSES, Endpoint
from bide.intake.entry import Entry
from bide.intake.problem import Code, LineError, refuse
from bide.intake.routing import Routing
from bide.intake.value import Value, decode_object, kind_of, read_value
from bide.intake.window import ContextWindows

CUSTOM_ID_LENGTH = 512
"""Characters. No provider documents a limit for batches; OpenAI's own ids for support requests have this one."""

LIMITS = ("max_completion_tokens", "max_tokens", "max_output_tokens")


class Validator:
    """Turns a body and its surroundings into an entry. Without a `routing` nobody asks who is to serve it."""

    def __init__(self, windows: ContextWindows, routing: Routing | None = None) -> None:
        self.windows = windows
        self.routing = routing

    def admit(
        self, line: int, custom_id: str, endpoint: Endpoint, body: bytes, columns: bytes = b"", path: str = "body."
    ) -> Entry:
        """The entry of a request.

        `body` is a JSON object in UTF-8. `path` leads to its fields in the user's own line.

        Raises:
            LineError: the first thing that is wrong with it.
        """
        check_depth(line, body, path.rstrip("."))
        check_depth(line, columns, "the columns")
        fields = decode_object(body)
        check_custom_id(line, custom_id)
        model = _model(line, fields, path)
        _check_content(line, fields, endpoint, path)
        _check_stream(line, fields, path)
        limit = _output_limit(line, fields, path)
        if self.routing is not None:
            body = self.routing.prepare(line, endpoint, model, body, path)
        self.windows.check(line, endpoint, model, body, limit)
        return Entry(line, custom_id, endpoint.url, model, body, limit, columns)


def check_depth(line: int, text: bytes, field: str) -> None:
    """Whether whoever reads this JSON later can."""
    if is_too_deep(text):
        message = f"{field} is nested too deeply: more than {DEEPEST} values in each other"
        raise refuse(line, Code.INVALID_JSON_LINE, message, field=field, remedy=f"flatten it to {DEEPEST} or fewer")


def check_custom_id(line: int, custom_id: str) -> None:
    """Whether answers can be filed under this id."""
    if not custom_id:
        raise refuse(line, Code.INVALID_CUSTOM_ID, "custom_id is empty", field="custom_id")
    if len(custom_id) > CUSTOM_ID_LENGTH:
        message = f"custom_id has {len(custom_id):,} characters, more than {CUSTOM_ID_LENGTH}"
        raise refuse(line, Code.INVALID_CUSTOM_ID, message, field="custom_id")
    if "\0" in custom_id:
        # PostgreSQL's text holds no NUL, and two stores must not disagree about what is a valid file.
        raise refuse(line, Code.INVALID_CUSTOM_ID, "custom_id contains a NUL", field="custom_id")


def wrong_type(line: int, field: str, wanted: str, value: Value) -> LineError:
    """The error of a value of another type than its field wants."""
    message = f"{field} is {kind_of(value)}, not {wanted}"
    return refuse(line, Code.INVALID_TYPE, message, field=field, remedy=f"make it {wanted}")


def missing(line: int, field: str, why: str) -> LineError:
    """The error of a field that is not there, or null; `why` says what needs it."""
    return refuse(line, Code.MISSING_REQUIRED_PARAMETER, f"{field} is missing, and {why}", field=field)


def _model(line: int, fields: Mapping[str, Raw], path: str) -> str:
    model = read_value(fields.get("model"))
    if model is None or model == "":
        raise refuse(line, Code.MISSING_MODEL, "no model is named", field=f"{path}model")
    if not isinstance(model, str):
        raise wrong_type(line, f"{path}model", "a string", model)
    if "\0" in model:
        raise refuse(line, Code.INVALID_VALUE, "the model's name contains a NUL", field=f"{path}model")
    return model


def _check_content(line: int, fields: Mapping[str, Raw], endpoint: Endpoint, path: str) -> None:
    """Whether there is something to ask."""
    field = f"{path}{endpoint.content}"
    value = read_value(fields.get(endpoint.content))
    if value is None:
        if endpoint is RESPONSES and "prompt" in fields:
            return  # a prompt that is stored at the provider
        raise missing(line, field, f"{endpoint.url} needs it")
    text_allowed = endpoint.may_be_text
    if not isinstance(value, list) and not (text_allowed and isinstance(value, str)):
        raise wrong_type(line, field, "a string or an array" if text_allowed else "an array", value)
    if not value:
        raise refuse(
            line, Code.MISSING_PROMPT, f"{field} is empty", field=field, remedy=f"write a question into {field}"
        )


def _check_stream(line: int, fields: Mapping[str, Raw], path: str) -> None:
    value = read_value(fields.get("stream"))
    if value is True:
        raise refuse(line, Code.STREAMING_UNSUPPORTED, f"{path}stream is true", field=f"{path}stream")
    if value is not None and value is not False:
        raise wrong_type(line, f"{path}stream", "true or false", value)


def _output_limit(line: int, fields: Mapping[str, Raw], path: str) -> int | None:
    """What all choices together may produce: the first limit that is set, times `n`."""
    limit: int | None = None
    choices = 1
    for name in (*LIMITS, "n"):
        value = read_value(fields.get(name))
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong_type(line, f"{path}{name}", "a whole number", value)
        if not 1 <= value <= COUNT_LIMIT:
            message = f"{path}{name} is outside 1 to {COUNT_LIMIT:,}"
            remedy = "write a whole number of at least 1, or leave the field out"
            raise refuse(line, Code.INVALID_VALUE, message, field=f"{path}{name}", remedy=remedy)
        if name == "n":
            choices = value
        elif limit is None:
            limit = value
    return None if limit is None else limit * choices
