"""How a bucket is reached: hosts and credentials from the environment variables that the clouds' own tools read.

Nothing here asks the network. Where no credentials are found obstore asks the machine's metadata service, last of all.
"""

from obstore.store import LocalStore, ObjectStore

from bide.buckets.azure import open_azure
from bide.buckets.connection import Environment
from bide.buckets.google import open_gcs
from bide.buckets.s3 import open_s3
from bide.buckets.uri import Location


def open_bucket(location: Location, environment: Environment) -> ObjectStore:
    """The store that holds an object. Raises `NoCredentialsError` for a profile that bide cannot sign in with."""
    match location.scheme:
        case "s3":
            return open_s3(location.bucket, environment)
        case "gs":
            return open_gcs(location.bucket, environment)
        case "az":
            return open_azure(location, environment)
        case "file":
            return LocalStore("/")
