"""What a provider's refusals and breakdowns mean to the engine: may it have run, is it to be tried again, who has to act."""

from bide.core.errors import BideError
from bide.core.quota import Resource, Told
from bide.providers.port import Answer, RateHeaders, RowError


class ProviderError(BideError):
    """The provider answered with an error; the message is its own."""

    code = "provider_error"
    retry_after: int | None = None

    def __init__(self, message: str | None = None, *, code: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        if code:
            self.code = code
        self.retry_after = retry_after


class RejectedError(ProviderError):
    """The provider will not take this, now or later; its message says why."""

    code = "rejected"

    def __init__(
        self, message: str | None = None, *, code: str | None = None, errors: tuple[RowError, ...] = ()
    ) -> None:
        super().__init__(message, code=code)
        self.errors = errors
        """What is wrong with the requests, where they were looked at already when their file was uploaded."""


class QuotaError(ProviderError):
    """The account's queue is full: of tokens, or of what `resource` says. bide holds the batch back until there is room."""

    code = "token_limit_exceeded"
    resource = Resource.ENQUEUED_TOKENS

    def __init__(
        self,
        message: str | None = None,
        *,
        limit: int | None = None,
        used: int | None = None,
        resource: Resource | None = None,
    ) -> None:
        super().__init__(message)
        self.told = Told(resource or self.resource, limit, used)
        """Which quota it is, its limit and what is in use there, as far as the message told it."""


class SlotsError(QuotaError):
    """As many batches are under way as the account may have; bide hands this one in when one of them has ended."""

    code = "too_many_batches"
    resource = Resource.LIVE_BATCHES


class BusyError(ProviderError):
    """The rate limit is reached; bide waits and goes on."""

    code = "rate_limit_exceeded"

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        retry_after: int | None = None,
        rates: RateHeaders | None = None,
    ) -> None:
        super().__init__(message, code=code, retry_after=retry_after)
        self.rates = rates or RateHeaders()


class ScarceError(BusyError):
    """The flex tier has no capacity now; nothing ran and nothing is charged. Try again later, or leave service_tier out."""

    code = "resource_unavailable"


class OverloadedError(ProviderError):
    """The provider failed or is overloaded; bide waits and goes on. A create may have gone through nevertheless."""

    code = "server_error"

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        retry_after: int | None = None,
        may_have_run: bool = True,
    ) -> None:
        super().__init__(message, code=code, retry_after=retry_after)
        self.may_have_run = may_have_run
        """Whether a call may have been run, and billed, before the provider failed."""


class OutOfCreditError(ProviderError):
    """The account is out of credit or over its spend limit; add credit, then `bide watch JOB` goes on."""

    code = "insufficient_quota"


class StorageFullError(ProviderError):
    """The provider keeps no more files of the account; delete some there, then bide goes on."""

    code = "storage_full"

    def __init__(self, message: str | None = None, *, told: Told | None = None) -> None:
        super().__init__(message)
        self.told = told or Told(Resource.FILES)


class UnauthorisedError(ProviderError):
    """The API key was refused; set a valid one and run the same command again."""

    code = "invalid_api_key"


class UndecidedError(ProviderError):
    """A batch may be the one that is sought; bide follows it to its end, and the safety net does not wait for it."""

    code = "undecided"


class StreamRefusedError(ProviderError):
    """The provider answered with an error where a stream was asked for."""

    code = "stream_refused"

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.row.message, code=answer.row.code)
        self.answer = answer
        """What `send` would have given."""


class MissingError(ProviderError):
    """The provider does not know this id."""

    code = "not_found_at_provider"
