"""What only Converse has: names of errors in a header, marks for the cache, fields for Anthropic's models, frames."""

import json
from typing import Any

import botocore.eventstream
import botocore.exceptions
import botocore.parsers
import botocore.session
import pytest
from tests.providers.translate import aws
from tests.providers.translate.replies_elsewhere import conversed
from tests.providers.translate.streams import STREAMS

from bide.providers.translate import Options, UntranslatableError, Wire, error, reply, request, stream
from bide.providers.translate.answer import Failure, Stop
from bide.providers.translate.converse import read_error, read_reply, write_reply
from bide.providers.translate.converse.reply import STOPS

Json = dict[str, Any]

C, M, V = Wire.CHAT, Wire.MESSAGES, Wire.CONVERSE
CLAUDE = Options(model="us.anthropic.claude-sonnet-4-5-20250929-v1:0")
HI = {"role": "user", "content": "hi"}
USE: Json = {"role": "assistant", "content": [{"type": "tool_use", "id": "c0", "name": "f", "input": {}}]}

_service: Any = botocore.session.get_session().get_service_model("bedrock-runtime")  # pyright: ignore[reportUnknownMemberType]


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def written(source: Wire, said: Json, options: Options = CLAUDE) -> Json:
    found = json.loads(request(body(said), source, V, options))
    aws.request(found)
    return found


def messages(**more: Any) -> Json:
    return {"model": "m", "max_tokens": 9, "messages": [HI], **more}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"top_k": 5}, {"top_k": 5}),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 2000, "display": "summarized"}},
            {"thinking": {"type": "enabled", "budget_tokens": 2000, "display": "summarized"}},
        ),
        ({"thinking": {"type": "adaptive"}}, {"thinking": {"type": "adaptive"}}),
        ({"thinking": {"type": "disabled"}}, {"thinking": {"type": "disabled"}}),
        ({"output_config": {"effort": "low"}}, {"thinking": {"type": "adaptive"}}),
    ],
)
def test_anthropics_models_have_fields_of_their_own(said: Json, expected: Json) -> None:
    assert written(M, messages(**said))["additionalModelRequestFields"] == expected


def test_ids_that_aws_does_not_allow_are_replaced_everywhere() -> None:
    long = "call_a1_0__thought__" + "x" * 500
    call = {"id": long, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    said = [HI, {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": long, "content": "1"}]
    found = written(C, {"model": "m", "messages": said})["messages"]

    id_ = found[1]["content"][0]["toolUse"]["toolUseId"]
    assert id_ == found[2]["content"][0]["toolResult"]["toolUseId"]
    assert id_.startswith("call_")


@pytest.mark.parametrize("names", [("q3/report  v1.pdf", "q3/report  v1.pdf"), ("a 2", "a"), (None, "document 1")])
def test_documents_have_names_of_their_own(names: tuple[str | None, str | None]) -> None:
    data = {"file_data": "data:application/pdf;base64,AAAA"}
    files = [{"type": "file", "file": {"filename": name, **data}} for name in names]
    found = written(C, {"model": "m", "messages": [{"role": "user", "content": files}]})
    titles = [block["document"]["name"] for block in found["messages"][0]["content"]]

    assert len(set(titles)) == 2
    assert all(set(title) <= set("abcdefghijklmnopqrstuvwxyz0123456789 -") for title in titles)
    assert not any("  " in title for title in titles)


def test_an_answer_of_a_tool_is_never_empty() -> None:
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c0"}]}

    assert written(M, messages(messages=[HI, USE, result]))["messages"][2]["content"][0]["toolResult"]["content"]


def test_nothing_inside_a_tools_answer_is_marked() -> None:
    inner = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c0", "content": [inner]}]}

    with pytest.raises(UntranslatableError, match="mark the whole answer") as caught:
        written(M, messages(messages=[HI, USE, result]))
    assert caught.value.field == "messages[2].content[0].content[0].cache_control"


def test_a_sound_that_aws_does_not_know_is_refused() -> None:
    sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "amr"}}

    with pytest.raises(UntranslatableError, match="format"):
        written(C, {"model": "m", "messages": [{"role": "user", "content": [sound]}]})


def test_every_reason_of_aws_is_known() -> None:
    known: list[str] = _service.shape_for("StopReason").enum

    assert set(known) <= set(STOPS)
    assert read_reply(body(conversed({"text": "x"}, reason="surprise"))).candidates[0].stop is Stop.END


def test_who_asked_says_the_id_and_the_model() -> None:
    options = Options(id="r1", model="nova", created=7)
    answer = json.loads(reply(body(conversed({"text": "x"})), V, C, options).body)

    assert (answer["id"], answer["model"], answer["created"]) == ("chatcmpl-r1", "nova", 7)
    sent = next(one.sent for one in STREAMS if one.source is V and one.id == "text")
    translating = stream(V, C, options)
    chunk = json.loads(translating.feed(sent).split(b"\n")[0].removeprefix(b"data: "))
    assert (chunk["id"], chunk["model"], translating.id) == ("chatcmpl-r1", "nova", "r1")


def test_what_a_models_own_tools_did_is_passed_over() -> None:
    said = conversed(
        {"toolUse": {"toolUseId": "t", "name": "search", "input": {}, "type": "server_tool_use"}},
        {"citationsContent": {"content": [{"text": "a"}, {"text": "b"}]}},
        {"image": {"format": "png", "source": {}}},
    )

    assert json.loads(reply(body(said), V, C).body)["choices"][0]["message"]["content"] == "ab"


@pytest.mark.parametrize(
    ("status", "said", "name", "expected"),
    [
        (429, {"message": "slow"}, "ThrottlingException:http://x/", Failure(429, "slow", "ThrottlingException", "ThrottlingException")),
        (429, {"message": "slow"}, None, Failure(429, "slow", "ThrottlingException", "ThrottlingException")),
        (400, {"Message": "no"}, None, Failure(400, "no", "ValidationException", "ValidationException")),
        (400, {"message": "no", "__type": "com.x#Other"}, None, Failure(400, "no", "Other", "Other")),
        (503, {}, "ServiceUnavailableException", Failure(503, "ServiceUnavailableException", "ServiceUnavailableException", "ServiceUnavailableException")),
    ],
)  # fmt: skip
def test_an_error_has_its_name_in_a_header(status: int, said: Json, name: str | None, expected: Failure) -> None:
    assert read_error(status, body(said), name) == expected


def test_an_error_of_aws_is_one_of_openais() -> None:
    found = json.loads(error(424, body({"message": "the model failed"}), V, C))["error"]

    assert (found["message"], found["code"]) == ("the model failed", "ModelErrorException")


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "ValidationException"),
        (401, "ValidationException"),
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
        (503, "ServiceUnavailableException"),
        (529, "InternalServerException"),
    ],
)
def test_botocore_reads_an_error(status: int, name: str) -> None:
    said = body({"error": {"message": "no", "type": "x", "param": None, "code": None}})
    parser: Any = botocore.parsers.create_parser("rest-json")  # pyright: ignore[reportUnknownMemberType]
    raw: Json = {"status_code": status, "headers": {}, "body": error(status, said, C, V)}
    parsed = parser.parse(raw, _service.operation_model("Converse").output_shape)

    assert parsed["Error"] == {"Code": name, "Message": "no"}


@pytest.mark.parametrize(
    "streamed", [one for one in STREAMS if one.source is not V], ids=lambda one: f"{one.source}-{one.id}"
)
def test_botocore_reads_a_stream(streamed: Any) -> None:
    translating = stream(streamed.source, V, Options())
    sent = translating.feed(streamed.sent) + translating.end()
    shape = _service.operation_model("ConverseStream").output_shape.members["stream"]
    parser: Any = botocore.parsers.EventStreamJSONParser()
    source: Any = _Source(sent)
    events: Any = botocore.eventstream.EventStream(source, shape, parser, "ConverseStream")
    found: list[Json] = []
    if streamed.failed is not None:
        with pytest.raises(botocore.exceptions.EventStreamError) as caught:
            found.extend(events)
        assert streamed.failed in str(caught.value)
        return
    found.extend(events)

    text = "".join(one["contentBlockDelta"]["delta"].get("text", "") for one in found if "contentBlockDelta" in one)
    assert text == streamed.text
    assert "metadata" in found[-1]


class _Source:
    """A body as urllib3 has it."""

    def __init__(self, sent: bytes) -> None:
        self._sent = sent

    def stream(self) -> list[bytes]:
        return [self._sent]


def test_an_answer_comes_back_as_it_was() -> None:
    given = conversed(
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": "eA=="}},
        {"text": "so"},
        {"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1}}},
        reason="tool_use",
        serviceTier={"type": "flex"},
    )

    assert json.loads(write_reply(read_reply(body(given)), Options())) == given
