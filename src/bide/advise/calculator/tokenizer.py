"""The same text is more tokens with one tokenizer than with another, so equal prices are not equal costs.

Measured on 2026-11-21 over 60,000 characters each of English, Python and multilingual text: tokens of Claude's tokenizers (counted
by ctok, which is unofficial) for one of OpenAI's o200k. A ratio is the range over the three; where nobody has measured, there is none.
"""

import re

from bide.advise.calculator.quantity import Quantity, quantity

O200K = ("gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-6", "gpt-oss", "chatgpt-4o", "o1", "o3", "o4")
"""How the names of models begin that are counted by o200k; for GPT-5 and GPT-6 it is an assumption."""

EARLIER, LATER = quantity(("1.18", "1.81")), quantity(("1.60", "1.82"))
"""Claude up to 4.6, and since 4.7."""

CLAUDE = re.compile(r"claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2})(?!\d))?")


def ratio(model: str) -> Quantity | None:
    """Tokens of a model for one of o200k, in its name alone; None: not known."""
    name = model.lower().rpartition("/")[2]
    if name.startswith(O200K):
        return quantity(1)
    found = CLAUDE.search(name)
    if found is None:
        return None
    return LATER if (int(found[1]), int(found[2] or 0)) >= (4, 7) else EARLIER


def between(counted: str, wanted: str) -> Quantity | None:
    """Tokens of the model that is wanted for one of that by which was counted; None: not known."""
    if counted == wanted:
        return quantity(1)
    of, to = ratio(counted), ratio(wanted)
    if of is None or to is None:
        return None
    if of == to:
        return quantity(1)
    return Quantity(to.low / of.high, to.high / of.low)
