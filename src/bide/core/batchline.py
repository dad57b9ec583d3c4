"""A line of a batch's input file, as OpenAI's protocol has it: the bytes of a body between a head and a tail.

Batches are measured in it whatever protocol their provider speaks, since most speak this one.
"""

from bide.core.identifiers import CUSTOM_ID_LENGTH

LINE_TAIL = b"}\n"


def line_head(custom_id: str, endpoint: str) -> bytes:
    """What stands before a body. No character of either needs escaping."""
    return f'{{"custom_id":"{custom_id}","method":"POST","url":"{endpoint}","body":'.encode()


def line_overhead(endpoint: str) -> int:
    """Bytes of a line beside its body; the same for every line of a batch."""
    return len(line_head("-" * CUSTOM_ID_LENGTH, endpoint)) + len(LINE_TAIL)
