"""What is loaded, and when."""

import subprocess
import sys

import pytest

from bide.buckets import process
from bide.buckets.uri import parse_uri
from bide.core.errors import SettingError

LOCAL = """
import sys
from bide.cli.app import app
import bide.cli.run, bide.embedded, bide.intake.hand_in, bide.delivery.file, bide.intake.reader
assert not {"obstore", "boto3", "bide.buckets.cloud", "bide.buckets.file"} & set(sys.modules)
"""


def test_who_names_no_object_loads_nothing() -> None:
    subprocess.run([sys.executable, "-c", LOCAL], check=True)


def test_a_missing_extra_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        assert name == "obstore"

    monkeypatch.setattr(process, "find_spec", nothing)

    with pytest.raises(SettingError, match=r"s3://b/in.jsonl lies in .* pip install 'bide\[objects\]'"):
        process.open_object(parse_uri("s3://b/in.jsonl"))
