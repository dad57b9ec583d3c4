import json

import pytest
from tests.providers.replies import MadeUp

from bide.providers.bedrock import errors
from bide.providers.failures import (
    BusyError,
    MissingError,
    OverloadedError,
    RejectedError,
    SlotsError,
    UnauthorisedError,
)
from bide.providers.port import BATCH_REFUSED
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation
from bide.providers.transport import ReplyLostError

CONVERSE = Translation(Wire.CONVERSE, lambda model: Options())


def reply(status: int, name: str) -> tuple[MadeUp, bytes]:
    made = MadeUp(status, {"x-amzn-errortype": f"{name}:http://internal.amazon.com/coral/"})
    return made, errors.named(made, b'{"message":"no"}')


@pytest.mark.parametrize(
    ("status", "name", "error"),
    [
        (400, "ValidationException", RejectedError),
        (400, "ServiceQuotaExceededException", BusyError),
        (403, "AccessDeniedException", UnauthorisedError),
        (403, "ExpiredTokenException", UnauthorisedError),
        (404, "ResourceNotFoundException", MissingError),
        (408, "ModelTimeoutException", OverloadedError),
        (429, "ThrottlingException", BusyError),
        (429, "ModelNotReadyException", BusyError),
        (500, "InternalServerException", OverloadedError),
        (503, "ServiceUnavailableException", OverloadedError),
    ],
)
def test_what_a_reply_means(status: int, name: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        errors.raise_for_status(CONVERSE, *reply(status, name))

    assert getattr(caught.value, "code", "") == name
    assert str(caught.value) == "no"


def test_a_model_that_took_too_long_may_have_run() -> None:
    with pytest.raises(OverloadedError) as timed_out:
        errors.raise_for_account(CONVERSE, *reply(408, "ModelTimeoutException"))
    with pytest.raises(OverloadedError) as turned_away:
        errors.raise_for_account(CONVERSE, *reply(503, "ServiceUnavailableException"))

    assert (timed_out.value.may_have_run, turned_away.value.may_have_run) == (True, False)


@pytest.mark.parametrize(
    ("status", "name", "error", "code"),
    [
        (400, "ValidationException", RejectedError, BATCH_REFUSED),
        (404, "ResourceNotFoundException", RejectedError, BATCH_REFUSED),
        (400, "ServiceQuotaExceededException", SlotsError, "too_many_batches"),
        (400, "ConflictException", ReplyLostError, "reply_lost"),
        (429, "ThrottlingException", BusyError, "ThrottlingException"),
        (403, "AccessDeniedException", UnauthorisedError, "AccessDeniedException"),
        (500, "InternalServerException", OverloadedError, "InternalServerException"),
    ],
)
def test_what_the_refusal_of_a_job_means(status: int, name: str, error: type[Exception], code: str) -> None:
    with pytest.raises(error) as caught:
        errors.raise_for_create(CONVERSE, *reply(status, name))

    assert getattr(caught.value, "code", "") == code


def test_an_error_without_a_body_has_its_name() -> None:
    made = MadeUp(429, {"x-amzn-errortype": "ThrottlingException"})

    assert json.loads(errors.named(made, b"")) == {"message": "ThrottlingException", "__type": "ThrottlingException"}
    assert errors.named(MadeUp(200), b"{}") == b"{}"
    assert errors.named(MadeUp(500), b"<html>") == b"<html>", "a proxy's page has no name"
