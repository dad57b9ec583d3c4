"""What a call or a batch may cost at most, as it says itself: the header, or the same word in its metadata."""

from collections.abc import Mapping

from bide.core.errors import SettingError
from bide.gateway.refusal import RefusalError
from bide.intake.asked import cap_of

HEADER, WORD = "bide-max-cost", "bide_max_cost"


def cap_said(headers: Mapping[str, str], metadata: Mapping[str, str]) -> int | None:
    """The most that it may cost, in 1e-12 USD; None: it does not say. The header comes first, as it does everywhere.

    Raises:
        RefusalError: what it says is no amount of USD.
    """
    for name, text, param in ((HEADER, headers.get(HEADER), HEADER), (WORD, metadata.get(WORD), f"metadata.{WORD}")):
        if text is not None:
            try:
                return cap_of(text, name)
            except SettingError as error:
                raise RefusalError(400, "invalid_value", str(error), param=param) from None
    return None
