"""Files of batches that lie in an object store, for providers that read and write one: its errors as the provider's."""

from collections.abc import Generator
from contextlib import contextmanager

from bide.buckets.port import BucketError, MissingBucketError, MissingObjectError
from bide.buckets.port import UnauthorisedError as RefusedByStoreError
from bide.core.errors import SettingError
from bide.providers.failures import MissingError, OverloadedError, ProviderError, UnauthorisedError


@contextmanager
def objects_told() -> Generator[None]:
    """What goes wrong with an object, as an error of the provider. It is met before a batch is created, or long after."""
    try:
        yield
    except BucketError as error:
        raise as_provider_error(error) from error


def as_provider_error(error: BucketError) -> ProviderError | SettingError:
    """An error of the object store as one of the provider; a bucket that is not there is a person's to make."""
    match error:
        case MissingBucketError():
            return SettingError(str(error))
        case MissingObjectError():
            return MissingError(str(error), code=error.code)
        case RefusedByStoreError():
            return UnauthorisedError(str(error), code=error.code)
        case _:
            return OverloadedError(str(error), code=error.code)
