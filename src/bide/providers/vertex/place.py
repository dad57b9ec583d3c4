"""Where things are at Vertex AI: its hosts, the paths of its resources, and the objects of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass

from bide.core.errors import SettingError

ANYWHERE = "global"
MULTI_REGIONS = frozenset({"us", "eu"})

BIGQUERY = "bq://"


def host_of(location: str) -> str:
    """The address that serves a location."""
    if location == ANYWHERE:
        return "https://aiplatform.googleapis.com"
    if location in MULTI_REGIONS:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"


def publisher_model(model: str) -> str:
    """A model's resource name, from the project on; one that is whole already, as those of tuned models, stays."""
    if model.startswith(("projects/", "publishers/")):
        return model
    publisher, slash, name = model.rpartition("/")
    return f"publishers/{publisher if slash else 'google'}/models/{name}"


@dataclass(frozen=True, slots=True)
class Place:
    """A project in a location, in a version of the API."""

    version: str
    project: str
    location: str

    @property
    def name(self) -> str:
        """What names of its resources begin with."""
        return f"projects/{self.project}/locations/{self.location}"

    def model(self, model: str) -> str:
        """The path of a model, as it is called in real time."""
        name = publisher_model(model)
        return f"/{self.version}/{name if name.startswith('projects/') else f'{self.name}/{name}'}"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where an account's batches have their objects; each has a folder of its own in it, by its tag."""

    uri: str

    @classmethod
    def of(cls, account: str, bucket: str) -> "Folder":
        """The folder that an account's setting names.

        Raises:
            SettingError: it is none that Vertex AI's batches can use.
        """
        if bucket.startswith(BIGQUERY):
            raise SettingError(
                f"providers.{account}.bucket is {bucket!r}: BigQuery tables are not there yet; name a bucket, as in"
                " gs://bucket/folder"
            )
        if not bucket.startswith("gs://") or not bucket.removeprefix("gs://").strip("/"):
            raise SettingError(f"providers.{account}.bucket is {bucket!r}; write it as in gs://bucket/folder")
        return cls(bucket.rstrip("/"))

    def input(self, tag: str) -> str:
        """The requests of a batch."""
        return f"{self.uri}/bide-{tag}/input.jsonl"

    def output(self, tag: str) -> str:
        """What the directory of its results is made below."""
        return f"{self.uri}/bide-{tag}/output"

    def is_ours(self, uri: str) -> bool:
        """Whether an object or a directory is one that bide's batches have made."""
        return uri.startswith(f"{self.uri}/bide-") and ".." not in uri.split("/")


def tier_headers(tier: str | None) -> Mapping[str, str]:
    """Vertex AI is told the tier by a header, and not in the body."""
    if tier not in ("flex", "priority"):
        return {}
    return {"X-Vertex-AI-LLM-Request-Type": "shared", "X-Vertex-AI-LLM-Shared-Request-Type": tier}
