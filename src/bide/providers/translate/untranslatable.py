"""The one way in which a translation fails."""

from bide.core.errors import BideError

LEAVE_OUT = "leave it out, or send the request to a provider that knows it"


class UntranslatableError(BideError):
    """The request says something that its target cannot express; leave that field out, or choose another target.

    `field` is the path as the caller wrote it (`seed`, `messages[3].content[1].input_audio`), `target` the wire that
    cannot express it (empty where nothing but the caller's own wire could), `remedy` what to do.
    """

    code = "untranslatable_field"

    def __init__(self, field: str, target: str = "", remedy: str = LEAVE_OUT) -> None:
        self.field = field
        self.target = target
        self.remedy = remedy
        where = f"by {target}" if target else "by any other API"
        super().__init__(f"{field} cannot be expressed {where}: {remedy}.")
