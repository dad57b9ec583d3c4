"""How long a batch should take: what was learned of the account, and before that what is believed of its provider."""

from bide.engine.context import Context
from bide.lanes.forecast import SIGMA, prior_of
from bide.lanes.turnaround import Turnaround
from bide.settings import ProviderSettings


def turnaround(context: Context, account: str, model: str, requests: int) -> Turnaround:
    """The estimate for a batch of so many requests that is submitted now."""
    kind = context.settings.providers.get(account, ProviderSettings()).kind or account
    return Turnaround.prior(prior_of(kind).median, SIGMA)
