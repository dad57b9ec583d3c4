"""Files: uploading, showing, listing, deleting, expiring."""

from typing import TYPE_CHECKING, Any

import pytest

from bide.core.clock import DAY, HOUR, SECOND
from bide.simulator.exchange import Reply

if TYPE_CHECKING:
    from tests.simulator.conftest import Account

FORM = (
    b'--cut\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n%b\r\n%b'
    b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a b.jsonl"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n%b\r\n--cut--\r\n"
)

EXPIRES = b'--cut\r\nContent-Disposition: form-data; name="expires_after[seconds]"\r\n\r\n%b\r\n'


def post(account: "Account", body: bytes, content_type: str = "multipart/form-data; boundary=cut") -> Reply:
    reply = account.send("POST", "/v1/files", body, content_type=content_type)
    assert isinstance(reply, Reply)
    return reply


def test_an_upload_and_its_content(plain: "Account") -> None:
    content = b'{"a": 1}\r\n--cu\r\n\x00\xff'
    assert post(plain, FORM % (b"batch", b"", content)).status == 200
    [shown] = plain.get("/v1/files")["data"]
    assert shown == {
        "id": shown["id"],
        "object": "file",
        "bytes": len(content),
        "created_at": plain.now // SECOND,
        "expires_at": plain.now // SECOND + 30 * 86_400,
        "filename": "a b.jsonl",
        "purpose": "batch",
        "status": "processed",
        "status_details": None,
    }
    assert plain.get(f"/v1/files/{shown['id']}") == shown
    reply = plain.send("GET", f"/v1/files/{shown['id']}/content")
    assert isinstance(reply, Reply)
    assert (bytes(reply.body), reply.content_type) == (content, "application/octet-stream")


def test_only_batch_files_expire_by_themselves(plain: "Account") -> None:
    post(plain, FORM % (b"user_data", b"", b"x"))
    post(plain, FORM % (b"user_data", EXPIRES % b"3600", b"x"))
    lives = [file["expires_at"] and file["expires_at"] - file["created_at"] for file in plain.get("/v1/files")["data"]]
    assert sorted(lives, key=str) == [3_600, None]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        pytest.param(FORM % (b"anything", b"", b"x"), "purpose", id="purpose"),
        pytest.param(FORM % (b"batch", EXPIRES % b"60", b"x"), "expires_after.seconds", id="life too short"),
        pytest.param(FORM % (b"batch", EXPIRES % b"soon", b"x"), "seconds", id="life no number"),
        pytest.param(
            b'--cut\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--cut--', "file", id="no file"
        ),
        pytest.param(
            b'--cut\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nb\r\n--cut--',
            "purpose",
            id="no purpose",
        ),
        pytest.param(b"nonsense", None, id="no form"),
        pytest.param((FORM % (b"batch", b"", b"x"))[:-12], None, id="cut off"),
    ],
)
def test_an_upload_that_is_refused(plain: "Account", body: bytes, param: str | None) -> None:
    reply = post(plain, body)
    assert reply.status == 400
    assert plain.get("/v1/files")["data"] == []
    assert (b'"param":null' if param is None else f'"param":"{param}"'.encode()) in reply.body


def test_an_upload_that_is_no_form_at_all(plain: "Account") -> None:
    assert post(plain, b"{}", "application/json").status == 400


def test_a_deleted_file_is_gone(plain: "Account") -> None:
    file = plain.upload(b"x")
    assert plain.json("DELETE", f"/v1/files/{file}") == {"id": file, "object": "file", "deleted": True}
    for method, path in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
        error = plain.error(method, f"/v1/files/{file}{path}", status=404)
        assert error["type"] == "invalid_request_error"
    assert plain.get("/v1/files")["data"] == []


def test_an_expired_file_is_gone(open_account: "type[Account]") -> None:
    account = open_account(more="[files]\ninput_life = '2h'")
    file = account.upload(b"x")
    account.wait(2 * HOUR - 1)
    account.get(f"/v1/files/{file}")
    account.wait(1)
    account.error("GET", f"/v1/files/{file}", status=404)
    assert account.get("/v1/files")["data"] == []


def test_the_listing_filters_orders_and_pages(plain: "Account") -> None:
    files: list[str] = []
    for number in range(7):
        files.append(plain.upload(b"x", "user_data" if number == 3 else "batch"))
        plain.wait(SECOND)
    batches = [file for number, file in enumerate(files) if number != 3]

    def listed(query: str) -> Any:
        page = plain.get(f"/v1/files?{query}")
        return [file["id"] for file in page["data"]], page["has_more"]

    assert listed("") == (files[::-1], False)
    assert listed("order=asc") == (files, False)
    assert listed("purpose=batch&order=desc") == (batches[::-1], False)
    assert listed("purpose=batch&limit=4") == (batches[::-1][:4], True)
    assert listed(f"purpose=batch&limit=4&after={batches[2]}") == (batches[::-1][4:], False)
    plain.error("GET", "/v1/files?after=file-none")
    plain.error("GET", "/v1/files?limit=10001")


def test_results_are_listed_though_nobody_looked_at_their_batch(plain: "Account") -> None:
    plain.create("a", "[poison:row-error]")
    assert [file["purpose"] for file in plain.get("/v1/files")["data"]] == ["batch"]
    plain.wait(DAY)
    names = [file["filename"] for file in plain.get("/v1/files?purpose=batch_output")["data"]]
    assert sorted(name.rpartition("_")[2] for name in names) == ["error.jsonl", "output.jsonl"]
