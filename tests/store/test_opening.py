"""A database by its URL, and the folder that belongs to it."""

from pathlib import Path

import pytest

from bide.config import Config, load
from bide.core.entropy import SeededEntropy
from bide.core.errors import SettingError, StoreError
from bide.embedded import open_store
from bide.store.shared_folder import MARK
from tests.store.postgres_server import PostgresServer


def config(home: Path, url: str | None = None) -> Config:
    return load({"BIDE_HOME": str(home)}, database=url)


async def test_without_a_url_state_lives_at_home(tmp_path: Path) -> None:
    store = await open_store(config(tmp_path / "home"), SeededEntropy(1))
    await store.close()
    assert (tmp_path / "home" / "bide.db").is_file()
    assert (tmp_path / "home" / "bide.db-objects").is_dir()


async def test_sqlite_by_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = await open_store(config(tmp_path, "sqlite:///here.db"), SeededEntropy(1))
    await store.close()
    assert (tmp_path / "here.db").is_file()


@pytest.mark.parametrize(
    ("url", "kind"),
    [("mysql://me:secret@host/name?password=secret", " (mysql://…)"), ("bide.db", ""), ("me:secret@host/name", "")],
)
async def test_another_kind_of_database_is_refused_without_a_word_about_its_password(
    tmp_path: Path, url: str, kind: str
) -> None:
    with pytest.raises(SettingError) as refused:
        await open_store(config(tmp_path, url), SeededEntropy(1))
    says = f"the database is of no kind bide knows{kind}; write sqlite:///path or postgresql://host/name"
    assert str(refused.value) == says


async def test_workers_share_a_database_and_its_folder(tmp_path: Path, postgres_url: str) -> None:
    first = await open_store(config(tmp_path / "home", postgres_url), SeededEntropy(1))
    second = await open_store(config(tmp_path / "home", postgres_url), SeededEntropy(2))
    assert (tmp_path / "home" / "objects" / MARK).is_file()
    await first.agree("word", "first")
    assert await second.agreed("word") == "first"
    await first.close()
    await second.close()


async def test_a_worker_with_a_folder_of_its_own_is_refused(tmp_path: Path, postgres_url: str) -> None:
    first = await open_store(config(tmp_path / "one", postgres_url), SeededEntropy(1))
    with pytest.raises(StoreError, match="is not the folder in which the other workers"):
        await open_store(config(tmp_path / "two", postgres_url), SeededEntropy(2))
    await first.close()


async def test_a_user_who_may_not_make_tables_is_told_what_to_grant(
    tmp_path: Path, bare_url: str, postgres_server: PostgresServer
) -> None:
    schema = bare_url.rpartition("=")[2]
    postgres_server.query(f"CREATE ROLE guest_{schema} LOGIN; GRANT USAGE ON SCHEMA {schema} TO guest_{schema}")
    url = bare_url.replace("bide@", f"guest_{schema}@")
    with pytest.raises(StoreError, match=r"the user may not do this; .* GRANT TEMPORARY .* CREATE on its schema"):
        await open_store(config(tmp_path, url), SeededEntropy(1))


async def test_a_password_stays_out_of_what_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        await open_store(config(tmp_path, "postgresql://me:secret@127.0.0.1:1/name"), SeededEntropy(1))
    assert "secret" not in str(caught.value)
    assert "name at 127.0.0.1:1" in str(caught.value)
