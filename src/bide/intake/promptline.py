"""One line of short JSONL: a question and whatever the user wants to keep beside it.

``{"prompt": …}``, ``{"messages": […]}`` or ``{"input": …}``, with optional `custom_id` (or `id`), `system`, `model` and
`parameters`. All other keys are columns: a template may use them, the output repeats them, they are never sent.
"""

from collections.abc import Mapping

from msgspec import Raw

from bide.intake.body import FORMS, Question, build_body, has_system_message
from bide.intake.defaults import ID_COLUMNS, RESERVED_PARAMETERS, Defaults
from bide.intake.endpoint import CHAT, EMBEDDINGS, Endpoint
from bide.intake.entry import Entry
from bide.intake.problem import Code, LineError, did_you_mean, excerpt, refuse
from bide.intake.template import Template
from bide.intake.validator import Validator, missing, wrong_type
from bide.intake.value import encode, read_value, text_of

GIVEN_FORMS = (("messages", list, "an array"), ("input", (str, list), "a string or an array"))
"""Questions that a line brings ready-made, their types and the types' names."""

QUESTIONS = ("prompt", "messages", "input")
KEYS = frozenset({*QUESTIONS, "system", "model", "parameters"})


class PromptLines:
    """Reads short lines under one set of defaults."""

    def __init__(self, defaults: Defaults, validator: Validator) -> None:
        self._defaults = defaults
        self._validator = validator
        self._endpoint = defaults.chosen_endpoint()
        self._template = defaults.parsed_prompt()
        self._parameters = defaults.encoded_parameters()
        self._id_keys = ID_COLUMNS if defaults.id_column is None else tuple(filter(None, [defaults.id_column]))
        self._keys = KEYS.union(ID_COLUMNS if defaults.id_column is None else ())

    def read(self, line: int, fields: Mapping[str, Raw]) -> Entry:
        """The entry of a line that holds the JSON object `fields`.

        Raises:
            LineError: the first thing that is wrong with it.
        """
        custom_id = self._custom_id(line, fields)
        form, content = self._content(line, fields)
        endpoint = self._endpoint or (EMBEDDINGS if form == "input" else CHAT)
        if form not in FORMS[endpoint.url]:
            wanted = " or ".join(FORMS[endpoint.url])
            message = f"{endpoint.url} takes {wanted}, not {form}"
            raise refuse(line, Code.MISSING_PROMPT, message, field=form, remedy=f"write {wanted} instead")
        question = Question(
            form=form,
            content=content,
            model=self._model(line, fields),
            system=self._system(line, fields, endpoint, content),
            parameters=self._merged_parameters(line, fields),
        )
        columns = encode({key: raw for key, raw in fields.items() if key not in self._keys})
        return self._validator.admit(line, custom_id, endpoint, build_body(endpoint, question), columns, "parameters.")

    def _custom_id(self, line: int, fields: Mapping[str, Raw]) -> str:
        for key in self._id_keys:
            value = read_value(fields.get(key))
            if isinstance(value, str):
                return value
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
            if value is not None:
                raise wrong_type(line, key, "a string or a whole number", value)
        if self._defaults.id_column:
            raise missing(line, self._defaults.id_column, "it is the custom_id")
        return f"row-{line}"

    def _content(self, line: int, fields: Mapping[str, Raw]) -> tuple[str, str | Raw]:
        """The form of the question and what it asks: messages or an input before a template, that before a prompt."""
        for form, types, wanted in GIVEN_FORMS:
            raw = fields.get(form)
            value = read_value(raw)
            if raw is None or value is None:
                continue
            if not isinstance(value, types):
                raise wrong_type(line, form, wanted, value)
            if not value:
                raise refuse(line, Code.MISSING_PROMPT, f"{form} is empty", field=form)
            return form, raw
        prompt = self._prompt(line, fields)
        if not prompt.strip():
            raise refuse(line, Code.MISSING_PROMPT, "the prompt is empty", field="prompt")
        return "prompt", prompt

    def _prompt(self, line: int, fields: Mapping[str, Raw]) -> str:
        if self._template:
            return _render(line, self._template, fields)
        value = read_value(fields.get("prompt"))
        if isinstance(value, str):
            return value
        if value is None:
            raise _nothing_asked(line, fields)
        raise wrong_type(line, "prompt", "a string", value)

    def _model(self, line: int, fields: Mapping[str, Raw]) -> str:
        model = read_value(fields.get("model"))
        if model is None:
            model = self._defaults.model
        if not model and model in (None, ""):
            raise refuse(line, Code.MISSING_MODEL, "no model is named", field="model")
        if not isinstance(model, str):
            raise wrong_type(line, "model", "a string", model)
        return model

    def _system(self, line: int, fields: Mapping[str, Raw], endpoint: Endpoint, content: str | Raw) -> str | None:
        """The system prompt; the default gives way to instructions that the messages bring, the line's own may not."""
        own = read_value(fields.get("system"))
        if own is not None and not isinstance(own, str):
            raise wrong_type(line, "system", "a string", own)
        if endpoint is EMBEDDINGS:
            if own:
                raise refuse(line, Code.INVALID_VALUE, "embeddings take no system prompt", field="system")
            return None
        if isinstance(content, Raw) and has_system_message(content):
            if own:
                message = "there are two system prompts: system, and one in messages"
                raise refuse(line, Code.INVALID_VALUE, message, field="system", remedy="remove one of them")
            return None
        return (self._defaults.system if own is None else own) or None

    def _merged_parameters(self, line: int, fields: Mapping[str, Raw]) -> Mapping[str, Raw]:
        own = read_value(fields.get("parameters"))
        if own is None:
            return self._parameters
        if not isinstance(own, dict):
            raise wrong_type(line, "parameters", "an object", own)
        for name in sorted(own.keys() & RESERVED_PARAMETERS):
            message = f"parameters contains {excerpt(name)}, which has a place of its own"
            remedy = "write model, messages, input, prompt and system beside parameters, not inside"
            raise refuse(line, Code.INVALID_VALUE, message, field=f"parameters.{name}", remedy=remedy)
        return {**self._parameters, **own}


def _render(line: int, template: Template, fields: Mapping[str, Raw]) -> str:
    def text(name: str) -> str:
        raw = fields.get(name)
        if raw is None:
            message = f"the prompt template needs {excerpt(name)}, which the line does not have"
            raise refuse(line, Code.UNKNOWN_COLUMN, message + did_you_mean(name, fields), field=name)
        if read_value(raw) is None:
            raise missing(line, name, "the prompt template needs it")
        return text_of(raw)

    return template.render(text)


def _nothing_asked(line: int, fields: Mapping[str, Raw]) -> LineError:
    keys = [f"{excerpt(key, 30)}{did_you_mean(key, QUESTIONS)}" for key in list(fields)[:5]]
    message = f"there is no prompt, messages or input; the line has {', '.join(keys) or 'no keys'}"
    return refuse(line, Code.MISSING_PROMPT, message, field="prompt")
