"""Stand-ins for the clouds: moto for S3 and for Google's XML interface, Azurite for Azure. Each on a free port of this machine."""

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any, cast

import boto3
import pytest

from tests.patience import PATIENCE
from tests.ports import free_port

VERSION = "3.35.0"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
AZURITE = Path(os.environ.get("BIDE_AZURITE") or CACHE / "bide" / f"azurite-{VERSION}")
"""Where `scripts/azurite` puts it."""

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's own, which everybody knows."""


@dataclass(frozen=True)
class Server:
    """A server that listens."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def start_moto() -> Server:
    """An S3 with the bucket `bide`."""
    server = _start([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p"])
    client = cast(Any, boto3).client(
        "s3", endpoint_url=server.url, aws_access_key_id="a", aws_secret_access_key="s", region_name="us-east-1"
    )
    client.create_bucket(Bucket="bide")
    return server


def moto_environment(server: Server) -> dict[str, str]:
    """What leads S3 and Google's client to it."""
    return {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "AWS_REGION": "us-east-1",
        "STORAGE_EMULATOR_HOST": server.url,
    }


def start_azurite() -> Server:
    """A Blob Storage with the container `bide`. Skips where there is no npm to install it with; fails in CI."""
    main = AZURITE / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    node = shutil.which("node")
    if node is None or not main.is_file():
        missing = "Azurite is not installed; `scripts/azurite` does it, and needs npm"
        if os.environ.get("BIDE_SKIP_NOTHING") or shutil.which("npm"):
            pytest.fail(missing)
        pytest.skip(missing)
    options = ["--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--disableTelemetry"]
    server = _start([node, str(main), *options, "--blobHost", "127.0.0.1", "--blobPort"])
    _make_container(f"{server.url}/{ACCOUNT}/bide")
    return server


def azurite_environment(server: Server) -> dict[str, str]:
    """What leads Azure's client to it."""
    endpoint = f"{server.url}/{ACCOUNT}"
    return {"AZURE_STORAGE_CONNECTION_STRING": f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint};"}


def _make_container(url: str) -> None:
    date = formatdate(usegmt=True)
    headers = f"x-ms-date:{date}\nx-ms-version:2021-08-06"
    signed = f"PUT\n\n\n\n\n\n\n\n\n\n\n\n{headers}\n/{ACCOUNT}/{ACCOUNT}/bide\nrestype:container"
    digest = hmac.digest(base64.b64decode(KEY), signed.encode(), hashlib.sha256)
    authorization = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    request = urllib.request.Request(
        f"{url}?restype=container",
        method="PUT",
        headers={"x-ms-date": date, "x-ms-version": "2021-08-06", "Authorization": authorization},
    )
    urllib.request.urlopen(request).close()


def _start(command: list[str]) -> Server:
    port = free_port()
    process = subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)  # noqa: TID251 - a server is awaited
        else:
            return Server(process, port)
    process.kill()
    process.wait()
    raise RuntimeError(f"{command[0]} did not listen within {PATIENCE:.0f} s")
