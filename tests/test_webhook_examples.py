"""The code of docs/webhooks.md checks what bide signs, as it is printed there."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bide.core.clock import MINUTE, SystemClock
from bide.core.entropy import SystemEntropy
from bide.core.signature import new_secret, sign
from bide.delivery.schedule import DELAYS
from bide.settings import EmailSettings, WebhookSettings

PAGE = Path(__file__).parent.parent / "docs" / "webhooks.md"
BODY = '{"name":"Zürich\u2028"}'.encode()
OLD, NEW = new_secret(SystemEntropy()), new_secret(SystemEntropy())

Case = tuple[str, dict[str, str], bytes, bool]


def block(language: str) -> str:
    """The page's code in a language."""
    [code] = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return code


def cases() -> list[Case]:
    """Secret, headers, body, and whether it is genuine."""
    now = SystemClock().now()
    fresh, both = sign([NEW], "evt_1", now, BODY), sign([NEW, OLD], "evt_1", now, BODY)
    return [
        (NEW, fresh, BODY, True),
        (OLD, fresh, BODY, False),
        (OLD, both, BODY, True),
        (NEW, both, BODY, True),
        (NEW, fresh, BODY + b" ", False),
        (NEW, fresh | {"webhook-id": "evt_2"}, BODY, False),
        (NEW, fresh | {"webhook-signature": "v1,"}, BODY, False),
        (NEW, sign([NEW], "evt_1", now - 6 * MINUTE, BODY), BODY, False),
        (NEW, sign([NEW], "evt_1", now + 6 * MINUTE, BODY), BODY, False),
    ]


def test_the_python_code() -> None:
    names: dict[str, Any] = {}
    exec(compile(block("python"), "docs/webhooks.md", "exec"), names)
    assert [names["verify"](*case[:3]) for case in cases()] == [case[3] for case in cases()]


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here; the code is run where there is one")
def test_the_typescript_code(tmp_path: Path) -> None:
    typescript = block("typescript")
    # Types are taken out by hand: node itself does so from 22.6 on only.
    plain = re.sub(r": (?:string|boolean|Buffer|Record<string, string>)(?=[,)]| \{)", "", typescript)
    assert plain != typescript
    made = cases()
    given = json.dumps([[secret, headers, body.decode()] for secret, headers, body, _ in made])
    told = f"console.log(JSON.stringify({given}.map(([s, h, b]) => verify(s, h, Buffer.from(b)))));"
    script = tmp_path / "verify.mjs"
    script.write_text(f"{plain}\n{told}\n", encoding="utf-8")
    done = subprocess.run(["node", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [case[3] for case in made]


def test_what_the_page_says_about_tries_and_settings() -> None:
    from bide.core.duration import format_duration

    text = " ".join(PAGE.read_text("utf-8").split())
    *first, last = [format_duration(delay) for delay in DELAYS]
    told = re.search(r"after ([\w ,]+) and 8 h, each", text)
    assert told is not None
    assert last == "8h"
    assert told[1].replace(" ", "").split(",") == first
    known = {*WebhookSettings.__struct_fields__, *EmailSettings.__struct_fields__}
    assert set(re.findall(r"`webhooks\.(\w+)", text)) <= known
    assert f"{len(DELAYS) + 1} tries" in text.replace("eleven", "11")
