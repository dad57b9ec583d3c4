"""The body of a create: what is checked at once, before anybody looks at the records."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bide.simulator.exchange import Content
from bide.simulator.refusal import invalid

TYPES = ("InvokeModel", "Converse")

HOURS = range(24, 169)

PATTERNS = {
    "jobName": re.compile(r"[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9\+\-\.]){0,63}"),
    "clientRequestToken": re.compile(r"[a-zA-Z0-9]{1,256}(-*[a-zA-Z0-9]){0,256}"),
    "roleArn": re.compile(r"arn:aws[^:]*:iam::\d{12}:role/.+"),
    "inputDataConfig.s3InputDataConfig.s3Uri": re.compile(r"s3://[a-z0-9.-]{3,63}(/.+)?"),
    "outputDataConfig.s3OutputDataConfig.s3Uri": re.compile(r"s3://[a-z0-9.-]{3,63}(/.+)?"),
}
LENGTHS = {"jobName": 63, "clientRequestToken": 256, "inputDataConfig.s3InputDataConfig.s3Uri": 1024}


class _S3(msgspec.Struct, rename="camel"):
    s3_uri: str
    s3_input_format: str = "JSONL"


class _Input(msgspec.Struct, rename="camel"):
    s3_input_data_config: _S3


class _Output(msgspec.Struct, rename="camel"):
    s3_output_data_config: _S3


class _Create(msgspec.Struct, rename="camel"):
    job_name: str
    role_arn: str
    model_id: str
    input_data_config: _Input
    output_data_config: _Output
    client_request_token: str | None = None
    model_invocation_type: str = TYPES[0]
    timeout_duration_in_hours: int = HOURS[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a create asks for. `files` are the objects of its input, each with the place of its first record."""

    name: str
    role: str
    model: str
    kind: str
    token: str | None
    hours: int
    input: str
    output: str
    files: Sequence[tuple[int, str]] = ()


_decode_create = msgspec.json.Decoder(_Create).decode


def input_of(body: Content) -> str | None:
    """The URI of the input that a create names, if it is one."""
    try:
        return _decode_create(body).input_data_config.s3_input_data_config.s3_uri
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def read_create(body: Content, models: Sequence[str]) -> Asked:
    """What a create asks for. `models` are those that exist; empty is any. Raises `Refusal`."""
    try:
        create = _decode_create(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"1 validation error detected: {error}") from error
    asked = Asked(
        create.job_name,
        create.role_arn,
        create.model_id,
        create.model_invocation_type,
        create.client_request_token,
        create.timeout_duration_in_hours,
        create.input_data_config.s3_input_data_config.s3_uri,
        create.output_data_config.s3_output_data_config.s3_uri,
    )
    values = (asked.name, asked.token, asked.role, asked.input, asked.output)
    for (name, pattern), value in zip(PATTERNS.items(), values, strict=True):
        if value is not None and not (pattern.fullmatch(value) and len(value) <= LENGTHS.get(name, 2048)):
            raise invalid(f"Value '{value}' at '{name}' failed to satisfy constraint: {pattern.pattern}")
    if asked.kind not in TYPES:
        raise invalid(f"Value '{asked.kind}' at 'modelInvocationType' must be one of {', '.join(TYPES)}")
    if asked.hours not in HOURS:
        raise invalid(f"Value at 'timeoutDurationInHours' must be from {HOURS[0]} to {HOURS[-1]}")
    if models and asked.model not in models:
        raise invalid("The provided model identifier is invalid.")
    return asked
