"""The key file is made once, for its owner's eyes, and what it sealed opens nowhere else."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bide.core.entropy import SeededEntropy, SystemEntropy
from bide.core.errors import SettingError
from bide.store.keyfile import open_keyfile

ENTROPY = SystemEntropy()


def test_it_is_made_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = open_keyfile(tmp_path / "home" / "secrets.key", ENTROPY)
    finally:
        os.umask(before)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert [path.name for path in made.path.parent.iterdir()] == ["secrets.key"]
    again = open_keyfile(made.path, SeededEntropy("another"))
    assert again.name == made.name
    assert again.unseal(made.seal("whsec_x", "about", ENTROPY), "about") == "whsec_x"


def test_what_is_sealed_tells_nothing_and_is_never_the_same(tmp_path: Path) -> None:
    keyfile = open_keyfile(tmp_path / "secrets.key", ENTROPY)
    sealed = {keyfile.seal("whsec_x", "about", ENTROPY) for _ in range(10)}
    assert len(sealed) == 10
    assert not any("whsec" in one for one in sealed)
    assert keyfile.path.read_text().strip() not in repr(keyfile)


def test_what_is_sealed_opens_in_its_own_place_only(tmp_path: Path) -> None:
    keyfile = open_keyfile(tmp_path / "secrets.key", ENTROPY)
    sealed = keyfile.seal("whsec_x", "webhook 1 of somebody", ENTROPY)
    with pytest.raises(SettingError, match="not what was written"):
        keyfile.unseal(sealed, "webhook 1 of somebody else")
    with pytest.raises(SettingError, match="not what was written"):
        keyfile.unseal(sealed[:-8] + "AAAAAAA=", "webhook 1 of somebody")
    other = open_keyfile(tmp_path / "other.key", ENTROPY)
    with pytest.raises(SettingError, match="another key"):
        other.unseal(sealed, "webhook 1 of somebody")


def test_a_new_key_on_top_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    old = open_keyfile(tmp_path / "secrets.key", ENTROPY)
    sealed = old.seal("whsec_x", "about", ENTROPY)
    new = open_keyfile(tmp_path / "new.key", ENTROPY)
    both = tmp_path / "secrets.key"
    both.write_text(new.path.read_text() + old.path.read_text())
    rotated = open_keyfile(both, ENTROPY)
    assert rotated.name == new.name
    assert old.name in rotated
    assert rotated.unseal(sealed, "about") == "whsec_x"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_one_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = open_keyfile(tmp_path / "secrets.key", ENTROPY).path
    path.chmod(mode)
    with pytest.raises(SettingError, match="chmod 600"):
        open_keyfile(path, ENTROPY)


@pytest.mark.parametrize(
    "text", [pytest.param("", id="empty"), pytest.param("AAAA\n", id="short"), pytest.param("no key\n", id="words")]
)
def test_one_without_a_key_is_refused_and_not_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SettingError, match=r"secrets\.key"):
        open_keyfile(path, ENTROPY)
    assert path.read_text() == text


def test_of_many_processes_that_make_it_one_does(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from bide.core.entropy import SystemEntropy;"
        "from bide.store.keyfile import open_keyfile; sys.stdin.read(1);"
        "print(open_keyfile(Path(sys.argv[1]), SystemEntropy()).name)"
    )
    path = tmp_path / "secrets.key"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    names = {process.communicate()[0].strip() for process in started}
    assert [process.returncode for process in started] == [0] * 4
    assert names == {open_keyfile(path, ENTROPY).name}
