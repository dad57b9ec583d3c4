"""The driver as this process's environment leads it, for the files that a user names. It is loaded when one is."""

import os
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bide.buckets.uri import Location
from bide.core.errors import SettingError

if TYPE_CHECKING:
    from bide.buckets.cloud import CloudBuckets
    from bide.buckets.file import ObjectFile


def check_objects(uri: str) -> None:
    """See that the extra is installed. Raises `SettingError`."""
    if find_spec("obstore") is None:
        raise SettingError(f"{uri} lies in an object store, which needs an extra: pip install 'bide[objects]'")


@cache
def process_buckets() -> "CloudBuckets":
    """Objects where the environment says they are. Call `check_objects` first."""
    from bide.buckets.cloud import CloudBuckets

    return CloudBuckets(os.environ)


def open_object(location: Location) -> "ObjectFile":
    """An object, to be read as a file.

    Raises:
        SettingError: the extra is not installed.
        BucketError: it cannot be read.
    """
    check_objects(location.uri)
    from bide.buckets.file import ObjectFile

    return ObjectFile(location, os.environ)
