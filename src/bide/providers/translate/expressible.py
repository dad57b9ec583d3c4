"""What a target cannot express is refused, by the name that the caller gave it.

One look over a prompt before it is written: whatever is said and stands not in the target's `SPELLING` is refused. So a
writer may be silent about what it does not know, and a field that is new to the conversation is refused until a wire
learns it. What is refused for its value (a temperature, a kind of schema) is the writer's.
"""

from collections.abc import Iterable, Mapping

from bide.providers.translate.parts import Part, ToolResult
from bide.providers.translate.prompt import Prompt, Settings, Tool, detail_of, is_said
from bide.providers.translate.untranslatable import LEAVE_OUT, UntranslatableError

SETTINGS = Settings.__struct_fields__

DETAILS = {
    "text": ("cache",),
    "image": ("data", "url", "file_id", "detail", "cache"),
    "document": ("data", "text", "url", "file_id", "name", "context", "cache"),
    "audio": (),
    "tool_call": ("cache",),
    "tool_result": ("is_error", "cache"),
    "reasoning": ("signature", "redacted"),
    "refusal": (),
    "tool": ("description", "schema", "strict", "cache"),
}
"""What may be said about each kind of part, and about a tool, that some wires cannot."""


def refuse_inexpressible(prompt: Prompt, spelling: Mapping[str, str], remedies: Mapping[str, str], target: str) -> None:
    """Raise for the first thing that this prompt says and the target's words cannot.

    Raises:
        UntranslatableError: there is one.
    """
    for field in SETTINGS:
        if field not in spelling and is_said(getattr(prompt.settings, field)):
            raise prompt.refusal(field, target, remedies.get(field, LEAVE_OUT))
    check = _Check(prompt, spelling, remedies, target)
    for tool in prompt.tools:
        check.details(tool, "tool")
    check.parts(prompt.system)
    for turn in prompt.turns:
        check.parts(turn.parts)


class _Check:
    __slots__ = ("prompt", "remedies", "spelling", "target")

    def __init__(self, prompt: Prompt, spelling: Mapping[str, str], remedies: Mapping[str, str], target: str) -> None:
        self.prompt = prompt
        self.spelling = spelling
        self.remedies = remedies
        self.target = target

    def parts(self, parts: Iterable[Part]) -> None:
        for part in parts:
            self.details(part, part.kind)
            if isinstance(part, ToolResult):
                self.parts(part.parts)

    def details(self, part: Part | Tool, kind: str) -> None:
        if kind not in self.spelling:
            raise UntranslatableError(part.path, self.target, self.remedies.get(kind, LEAVE_OUT))
        for field in DETAILS[kind]:
            key = f"{kind}.{field}"
            if key not in self.spelling and is_said(getattr(part, field)):
                remedy = self.remedies.get(key) or self.remedies.get(field, LEAVE_OUT)
                raise UntranslatableError(detail_of(self.prompt, part, field), self.target, remedy)
