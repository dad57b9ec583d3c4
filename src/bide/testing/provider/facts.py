"""What an adapter says about its provider: complete, and with a source."""

from datetime import date

from bide.core.clock import HOUR
from bide.testing.provider.case import Account, ProviderCase


class FactCases(ProviderCase):
    """`limits` and `capabilities`."""

    def test_limits_are_all_set(self, account: Account) -> None:
        limits = account.provider.limits
        numbers = (limits.max_requests, limits.max_bytes, limits.batches_per_hour, limits.window, limits.cancel_bound)
        assert min(numbers) > 0
        assert 0 <= limits.listing_delay < HOUR

    def test_facts_name_their_source_and_their_day(self, account: Account) -> None:
        for facts in (account.provider.limits, account.provider.capabilities):
            assert facts.source
            assert date.fromisoformat(facts.checked_on)

    def test_endpoints_are_the_paths_that_stand_in_batches(self, account: Account) -> None:
        capabilities = account.provider.capabilities
        assert account.endpoint in capabilities.endpoints
        assert all(endpoint.startswith("/") for endpoint in capabilities.endpoints)

    def test_the_account_and_its_prices_have_names(self, account: Account) -> None:
        assert account.provider.account
        assert account.provider.catalogue
