"""Signatures are those of Standard Webhooks: its own library takes ours, and we take its."""

import datetime
from typing import Any

import pytest
from openai import InvalidWebhookSignatureError, OpenAI
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bide.core.clock import MINUTE, SECOND, SystemClock, to_datetime
from bide.core.entropy import SeededEntropy
from bide.core.signature import SignatureError, key_of, new_secret, sign, signature, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = new_secret(SeededEntropy("another"))
NOW = 1_800_000_000 * SECOND
BODY = '{"type":"job.answered","data":{"name":"Zürich\u2028"}}'.encode()


def test_the_example_of_the_specification() -> None:
    body = b'{"test": 2432232314}'
    assert signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_new_secret_has_the_length_that_is_asked_for() -> None:
    assert OTHER.startswith("whsec_")
    assert 24 <= len(key_of(OTHER)) <= 64
    assert new_secret(SeededEntropy("a third")) != OTHER


def test_the_reference_library_takes_ours_and_we_take_its() -> None:
    now = SystemClock().now()
    headers = sign([SECRET], "evt_1", now, BODY)
    assert Webhook(SECRET).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(BODY, headers)
    theirs = Webhook(SECRET).sign("evt_1", to_datetime(now), BODY.decode())
    assert verify([SECRET], {**headers, "webhook-signature": theirs}, BODY, now) == "evt_1"


def test_the_official_sdk_unwraps_ours() -> None:
    client: Any = OpenAI(api_key="key", base_url="http://127.0.0.1:9")
    headers = sign([SECRET], "evt_1", SystemClock().now(), BODY)
    assert client.webhooks.unwrap(BODY, headers, secret=SECRET).type == "job.answered"
    with pytest.raises(InvalidWebhookSignatureError):
        client.webhooks.unwrap(BODY + b" ", headers, secret=SECRET)


def test_while_a_secret_is_replaced_either_of_them_will_do() -> None:
    now = SystemClock().now()
    headers = sign([OTHER, SECRET], "evt_1", now, BODY)
    for secret in (SECRET, OTHER):
        assert verify([secret], headers, BODY, now) == "evt_1"
        assert Webhook(secret).verify(BODY, headers)
    assert verify([new_secret(SeededEntropy("new")), SECRET], sign([SECRET], "evt_1", now, BODY), BODY, now) == "evt_1"


@pytest.mark.parametrize(
    ("changes", "body", "after"),
    [
        pytest.param({"webhook-id": "evt_2"}, BODY, 0, id="another id"),
        pytest.param({"webhook-timestamp": "1800000001"}, BODY, 0, id="another time"),
        pytest.param({}, BODY + b" ", 0, id="another body"),
        pytest.param({"webhook-signature": ""}, BODY, 0, id="no signature"),
        pytest.param({"webhook-signature": "v1,"}, BODY, 0, id="an empty signature"),
        pytest.param({"webhook-signature": "v1a,x"}, BODY, 0, id="a version that is not ours"),
        pytest.param({"webhook-signature": "v1,\udcff"}, BODY, 0, id="a signature that is no text"),
        pytest.param({"webhook-id": ""}, BODY, 0, id="no id"),
        pytest.param({"webhook-id": "evt\udcff"}, BODY, 0, id="an id that is no text"),
        pytest.param({"webhook-timestamp": "soon"}, BODY, 0, id="no time"),
        pytest.param({"webhook-timestamp": "1" * 5_000}, BODY, 0, id="a time without end"),
        pytest.param({"webhook-timestamp": "-1800000000"}, BODY, 0, id="a time before all time"),
        pytest.param({"webhook-timestamp": "１８００００００００"}, BODY, 0, id="digits of another script"),
        pytest.param({}, BODY, 5 * MINUTE + 1, id="too old"),
        pytest.param({}, BODY, -5 * MINUTE - 1, id="too new"),
    ],
)
def test_what_is_changed_or_late_is_refused(changes: dict[str, str], body: bytes, after: int) -> None:
    headers = sign([SECRET], "evt_1", NOW, BODY)
    assert verify([SECRET], headers, BODY, NOW + 5 * MINUTE) == "evt_1"
    with pytest.raises(SignatureError):
        verify([SECRET], headers | changes, body, NOW + after)


def test_names_of_headers_are_written_in_any_way() -> None:
    headers = {name.title(): value for name, value in sign([SECRET], "evt_1", NOW, BODY).items()}
    assert verify([SECRET], headers, BODY, NOW) == "evt_1"


def test_nobody_can_sign_with_no_secret() -> None:
    with pytest.raises(SignatureError):
        verify([], sign([SECRET], "evt_1", NOW, BODY), BODY, NOW)


def test_a_secret_that_is_none_is_told() -> None:
    assert key_of("plain words") == b"plain words"
    with pytest.raises(ValueError, match="base64"):
        key_of("whsec_not base64")


def test_the_time_is_that_of_the_try() -> None:
    moment = datetime.datetime(2027, 1, 15, 8, tzinfo=datetime.UTC)
    assert sign([SECRET], "evt_1", NOW, BODY)["webhook-timestamp"] == str(int(moment.timestamp()))
