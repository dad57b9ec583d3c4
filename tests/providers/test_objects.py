"""What goes wrong with the objects of a batch is somebody's to mend: the provider's, the account's or a person's."""

import pytest

from bide.buckets.port import BucketError, MissingBucketError, MissingObjectError, NoCredentialsError, UnauthorisedError
from bide.core.errors import BideError, SettingError
from bide.providers import failures
from bide.providers.objects import objects_told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MissingObjectError("no object"), failures.MissingError),
        (MissingBucketError("no bucket"), SettingError),
        (UnauthorisedError("no"), failures.UnauthorisedError),
        (NoCredentialsError("nobody"), failures.UnauthorisedError),
        (BucketError("came short"), failures.OverloadedError),
    ],
)
def test_whose_it_is(error: BucketError, told: type[BideError]) -> None:
    with pytest.raises(told, match=str(error)), objects_told():
        raise error
