"""A gateway as a process of its own for whoever attacks it over plain sockets."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.patience import PATIENCE

HEAD = re.compile(rb"HTTP/1\.1 (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n")

LOCAL = ("Host: 127.0.0.1",)


@dataclass(frozen=True)
class Reply:
    """One response of several that may come over a connection."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str | None:
        """The code of an error of OpenAI's shape, or the type of one of Anthropic's."""
        told = json.loads(self.body)
        if told.get("type") == "error":
            assert told["error"]["message"]
            return told["error"]["type"]
        assert set(told["error"]) == {"message", "type", "param", "code"}, told
        return told["error"]["code"]


@dataclass(frozen=True)
class Attacked:
    """Where it listens, which process it is, and what it says on standard error."""

    url: str
    pid: int
    log: Path

    def connect(self, patience: float = PATIENCE) -> socket.socket:
        """A connection on which nothing has been said."""
        place = urlsplit(self.url)
        return socket.create_connection((place.hostname, place.port), timeout=patience)

    def say(self, *sent: bytes, patience: float = PATIENCE) -> list[Reply]:
        """What is answered to some bytes, until the first response is whole or the connection is closed."""
        with self.connect(patience) as connection:
            with contextlib.suppress(OSError):  # it may close before it has heard everything
                for part in sent:
                    connection.sendall(part)
            return replies(everything(connection, ends=True))

    def ask(self, *head: str, body: bytes = b"", patience: float = PATIENCE) -> Reply:
        """The one response to one request; its first line is the first of `head`."""
        length = () if not body else (f"Content-Length: {len(body)}",)
        [reply] = self.say(request(*head, *LOCAL, *length) + body, patience=patience)
        return reply

    def call(self, body: bytes, *head: str, path: str = "/v1/chat/completions") -> Reply:
        """The response to a call."""
        return self.ask(f"POST {path} HTTP/1.1", "Content-Type: application/json", *head, body=body)

    def memory(self) -> float:
        """MiB that it has in memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def files(self) -> int:
        """Descriptors that it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def check(self, since: int = 0) -> None:
        """See that it still serves, and that nothing went wrong inside it that it would have said behind `since` in its log."""
        assert self.ask("GET /healthz HTTP/1.1").status == 200
        body = json.dumps({"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "hello"}]}).encode()
        assert self.call(body).status == 200
        said = self.log.read_text(encoding="utf-8")[since:]
        assert "Traceback" not in said, said[-4000:]
        assert '"fault"' not in said, said[-4000:]


def request(*lines: str) -> bytes:
    """A head of these lines, as they are."""
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def everything(connection: socket.socket, *, ends: bool = False) -> bytes:
    """What comes over a connection until it is closed, reset or silent; with `ends` until a response is whole."""
    said = b""
    try:
        while part := connection.recv(1 << 16):
            said += part
            if ends and replies(said):
                break
    except (TimeoutError, ConnectionError):
        pass
    return said


def replies(said: bytes) -> list[Reply]:
    """The whole responses in some bytes; what is told to go on is none."""
    found: list[Reply] = []
    while match := HEAD.match(said):
        status, rest = int(match[1]), said[match.end() :]
        if status == 100:
            said = rest
            continue
        fields = (line.partition(":") for line in match[2].decode("latin-1").splitlines())
        headers = {name.lower(): value.strip() for name, _, value in fields}
        if "transfer-encoding" in headers:
            whole, end, said = rest.partition(b"0\r\n\r\n")
            if not end:
                break
            body = whole
        else:
            length = int(headers.get("content-length", "0"))
            if len(rest) < length:
                break
            body, said = rest[:length], rest[length:]
        found.append(Reply(status, headers, body))
    return found


@contextlib.contextmanager
def canned() -> Generator[str]:
    """A provider that answers anything with the same answer, and costs next to nothing; its base URL."""
    command, root = [sys.executable, "-m", "bench.upstream"], Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextlib.contextmanager
def attacked(folder: Path, *settings: str, upstream: str | None = None, **environment: str) -> Generator[Attacked]:
    """A gateway; without an `upstream` before a provider that says the same to everything."""
    with contextlib.ExitStack() as stack:
        if upstream is None:
            upstream = stack.enter_context(canned())
        root = upstream.removesuffix("/v1")
        log = folder / "serve.log"
        process = stack.enter_context(_serving(folder, log, upstream, root, settings, environment))
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, log.read_text(encoding="utf-8")
        yield Attacked(url, process.pid, log)
        assert process.poll() is None, "it did not survive"


@contextlib.contextmanager
def _serving(
    folder: Path, log: Path, upstream: str, root: str, settings: Sequence[str], environment: Mapping[str, str]
) -> Generator["subprocess.Popen[str]"]:
    told = {
        "PATH": os.environ["PATH"],
        "BIDE_HOME": str(folder / "home"),
        "OPENAI_API_KEY": "simulated",
        "BIDE_OPENAI_BASE_URL": upstream,
        "ANTHROPIC_API_KEY": "simulated",
        "BIDE_ANTHROPIC_BASE_URL": f"{root}/anthropic",
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
        **environment,
    }
    sets = [part for setting in settings for part in ("--set", setting)]
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "bide", "serve", "--port", "0", *sets],
            cwd=folder,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
