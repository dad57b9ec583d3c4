"""Prompt templates over the columns of a row: ``Which of {labels}? {text}``.

A name in braces is a column's or a given variable's, taken literally; ``{{`` and ``}}`` are braces. There is nothing
else: no attributes, no indices, no formats, so a template from anywhere is harmless.
"""

import re
from collections.abc import Callable, Collection, Mapping

from bide.core.errors import InputError
from bide.intake.problem import did_you_mean, excerpt

_PIECE = re.compile(r"(\{\{|\}\})|\{([^{}]*)\}|([{}])")
_SYNTAX = re.compile(r"[.\[\]:!]")


class Template:
    """A parsed template.

    `names` are the columns it needs, each once, in the order of their first use.

    Raises:
        InputError: a brace stands alone, or braces hold anything but a plain name.
    """

    def __init__(self, text: str, variables: Mapping[str, str] | None = None) -> None:
        self.text = text
        self._variables = dict(variables or {})
        # Literals and names by turns, beginning and ending with a literal; what is known already is filled in.
        self._literals: list[str] = [""]
        names: list[str] = []
        position = 0
        for found in _PIECE.finditer(text):
            self._literals[-1] += text[position : found.start()]
            position = found.end()
            name = _name(found, text)
            if name is None:
                self._literals[-1] += found[1][0]
            elif name in self._variables:
                self._literals[-1] += self._variables[name]
            else:
                names.append(name)
                self._literals.append("")
        self._literals[-1] += text[position:]
        self._names = tuple(names)
        self.names = tuple(dict.fromkeys(names))

    def check(self, columns: Collection[str]) -> None:
        """Hold the names against the columns there are.

        Raises:
            InputError: a name is neither a column nor a variable; the message lists those there are.
        """
        known = [*columns, *self._variables]
        for name in self.names:
            if name not in columns:
                raise InputError(
                    f"the prompt template names {excerpt(name)}, which is no column{did_you_mean(name, known)}."
                    f" Columns: {', '.join(columns) or 'none'}. Variables: {', '.join(self._variables) or 'none'}."
                    " Correct the name, or give it as a variable; write {{ and }} for braces that are text"
                )

    def render(self, value: Callable[[str], str]) -> str:
        """The prompt, with `value` called for the text of each name."""
        pieces = [self._literals[0]]
        for name, literal in zip(self._names, self._literals[1:], strict=True):
            pieces += (value(name), literal)
        return "".join(pieces)


def _name(found: re.Match[str], text: str) -> str | None:
    """The name in a piece of a template; None for an escaped brace."""
    if found[1]:
        return None
    if found[3]:
        raise InputError(
            f"the prompt template has a lone {found[3]} at character {found.start() + 1};"
            f" write {found[3] * 2} for a brace that is text"
        )
    name = found[2]
    if not name or _SYNTAX.search(name):
        raise InputError(
            f"the prompt template holds {excerpt(found[0])} at character {found.start() + 1}; between braces stands"
            " the plain name of a column or variable, without . [ ] : or !; write {{ and }} for braces that are text"
        )
    return name
