"""Ids of answers, which begin as the caller's protocol has it: clients tell answers by that."""

PREFIXES = ("chatcmpl-", "resp_", "msg_")


def named(prefix: str, id_: str) -> str:
    """An id that begins with `prefix`; another protocol's beginning is taken off."""
    if not id_ or id_.startswith(prefix):
        return id_
    return prefix + next((id_.removeprefix(other) for other in PREFIXES if id_.startswith(other)), id_)
