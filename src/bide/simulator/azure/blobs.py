"""Batches in one's own storage: the blob that a create names, and the two that results are written to.

Facts: Azure's page on Blob Storage for batches, and its table of error codes, as read in November 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from bide.buckets.uri import InvalidUriError, parse_uri
from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.exchange import Content
from bide.simulator.refusal import invalid
from bide.simulator.rows import Problem

MOST_BYTES = 10**9
"""Of an input blob."""

UNREADABLE = Problem(
    "input_no_permissions", "It's not possible to access the input blob. Please check permissions and network access."
)

NAMES = {"output": "results.jsonl", "error": "errors.jsonl"}
"""What the two files are called, in a folder of their own for each batch."""


class OutputFolder(msgspec.Struct):
    """Where a create wants its results."""

    url: str
    delimiter: str | None = None


class _Named(msgspec.Struct):
    input_blob: str | None = None


@dataclass(frozen=True, slots=True)
class Blobs:
    """What a create names: the URLs of a blob and of a folder, and what stands between the folder and what is in it."""

    input: str
    folder: str
    delimiter: str = "/"

    def files(self, batch: Batch) -> Mapping[str, str]:
        """The URLs of a batch's results. They are told whether or not anything was ever written there."""
        folder = self.folder.rstrip(self.delimiter)
        name = batch.id.removeprefix("batch_")
        return {kind: self.delimiter.join((folder, name, file)) for kind, file in NAMES.items()}


_named = msgspec.json.Decoder(_Named).decode


def named_in(body: Content) -> str | None:
    """The object that a create needs, by the name that buckets have for it; None where it needs none."""
    try:
        blob = _named(body).input_blob
        return object_of(blob) if blob else None
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidUriError):
        return None  # the create is refused for it


def object_of(url: str) -> str:
    """The name that buckets have for a blob. Raises `InvalidUriError` where the URL is of none."""
    return parse_uri(url).uri


def read_blobs(blob: str, folder: OutputFolder | None) -> Blobs:
    """What a create names, if both are in Blob Storage. Raises `Refusal`."""
    if folder is None:
        raise invalid("output_folder is required with input_blob.", param="output_folder")
    for name, url, is_folder in (("input_blob", blob, False), ("output_folder.url", folder.url, True)):
        try:
            scheme = parse_uri(url, folder=is_folder).scheme
        except InvalidUriError as error:
            raise invalid(f"{name} is not valid: {error}", param=name) from error
        if scheme != "az" or not url.startswith("https://"):
            raise invalid(f"{name} is not the URL of a blob or a folder in Azure Blob Storage.", param=name)
    return Blobs(blob, folder.url, folder.delimiter or "/")


def blobs_of(batch: Batch) -> Blobs | None:
    """What its create named; None where its files are the resource's own."""
    return batch.asked if isinstance(batch.asked, Blobs) else None


def publish(account: Account, batch: Batch, blobs: Blobs, written: Mapping[str, Content]) -> None:
    """Write what there are rows for, and name both."""
    batch.files = blobs.files(batch)
    for kind, content in written.items():
        account.outbox.append((object_of(batch.files[kind]), bytes(content)))
