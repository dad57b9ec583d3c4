"""Where an account's batches have their objects: a folder in S3, and in it one for each batch, by its tag."""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from bide.core.errors import SettingError

CONVERSE = "input.jsonl"
NATIVE = "native.jsonl"
"""The two kinds of records. A job has one of them, and its input is named for it."""

RESULT = ".jsonl.out"
MANIFEST = "manifest.json.out"
"""A summary beside the results. It ends like them, and has no rows."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The account's folder, without a slash at its end."""

    uri: str

    @classmethod
    def of(cls, account: str, bucket: str) -> "Folder":
        """The folder that an account's setting names. Raises `SettingError` where it is not in S3."""
        if not bucket.startswith("s3://") or not bucket.removeprefix("s3://").strip("/"):
            raise SettingError(f"providers.{account}.bucket is {bucket!r}; write it as in s3://bucket/folder")
        return cls(bucket.rstrip("/"))

    def input(self, tag: str, name: str) -> str:
        """The requests of a batch."""
        return f"{self.uri}/{tag}/{name}"

    def output(self, tag: str, model: str) -> str:
        """What the directory of a job's results is made in. Results do not tell the model, so its name stands here."""
        return f"{self.uri}/{tag}/{quote(model, safe='').replace('%', '!')}/"

    def is_ours(self, uri: str) -> bool:
        """Whether an object or a directory is one that bide's batches have made."""
        return uri.startswith(f"{self.uri}/") and ".." not in uri.split("/")


def model_of(directory: str) -> str:
    """The model whose results are in a directory."""
    return unquote(directory.rstrip("/").split("/")[-2].replace("!", "%"))


def is_native(input_file: str) -> bool:
    """Whether a batch's requests are in the model's own format."""
    return input_file.endswith(f"/{NATIVE}")


def is_result(uri: str) -> bool:
    """Whether an object holds rows."""
    return uri.endswith(RESULT) and not uri.endswith(f"/{MANIFEST}")
