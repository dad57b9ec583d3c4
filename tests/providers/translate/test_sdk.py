"""The official SDKs put translated streams together, and raise translated errors, as they do their own."""

import anthropic
import httpx2
import openai
import pytest
from tests.providers.translate.streams import STREAMS, Streamed

from bide.providers.translate import Options, Wire, error, stream
from bide.providers.translate.answer import Stop

OPTIONS = Options(include_usage=True, created=1700000000)

WHOLE = [one for one in STREAMS if one.failed is None]


def answering(body: bytes, status: int = 200) -> httpx2.Client:
    """A client whose every call is answered so."""
    kind = "text/event-stream" if status == 200 else "application/json"
    response = httpx2.Response(status, headers={"content-type": kind}, content=body)
    return httpx2.Client(transport=httpx2.MockTransport(lambda _: response))


def sent(streamed: Streamed, target: Wire) -> bytes:
    translating = stream(streamed.source, target, OPTIONS)
    return translating.feed(streamed.sent) + translating.end()


@pytest.mark.parametrize(
    "streamed",
    [one for one in WHOLE if not (one.is_odd and one.source is Wire.CHAT)],
    ids=lambda one: f"{one.source}-{one.id}",
)
def test_openais_sdk_puts_a_stream_together(streamed: Streamed) -> None:
    client = openai.OpenAI(api_key="k", http_client=answering(sent(streamed, Wire.CHAT)), max_retries=0)
    with client.chat.completions.stream(model="m", messages=[{"role": "user", "content": "hi"}]) as events:
        if streamed.finish is Stop.LENGTH:
            with pytest.raises(openai.LengthFinishReasonError):
                events.get_final_completion()
            return
        message = events.get_final_completion().choices[0].message

    assert (message.content or "") == streamed.text
    found = [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or ()]
    assert found == list(streamed.calls)


@pytest.mark.parametrize("streamed", WHOLE, ids=lambda one: f"{one.source}-{one.id}")
def test_anthropics_sdk_puts_a_stream_together(streamed: Streamed) -> None:
    client = anthropic.Anthropic(api_key="k", http_client=answering(sent(streamed, Wire.MESSAGES)), max_retries=0)
    with client.messages.stream(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}]) as events:
        message = events.get_final_message()

    assert "".join(block.text for block in message.content if block.type == "text") == streamed.text
    calls = [(block.id, block.name) for block in message.content if block.type == "tool_use"]
    assert calls == [call[:2] for call in streamed.calls]
    if streamed.usage is not None and streamed.source is not Wire.MESSAGES:
        usage = message.usage
        found = usage.input_tokens, usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
        assert sum(found) == streamed.usage.input
        assert usage.output_tokens == streamed.usage.output


def test_openais_sdk_raises_what_anthropic_said() -> None:
    body = b'{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}'
    client = openai.OpenAI(api_key="k", http_client=answering(error(429, body, Wire.MESSAGES, Wire.CHAT), 429))

    with pytest.raises(openai.RateLimitError, match="slow down") as caught:
        client.with_options(max_retries=0).chat.completions.create(model="m", messages=[])
    assert caught.value.code == "rate_limit_error"


def test_anthropics_sdk_raises_what_openai_said() -> None:
    body = b'{"error":{"message":"no such model","type":"invalid_request_error","param":null,"code":"model_not_found"}}'
    client = anthropic.Anthropic(api_key="k", http_client=answering(error(404, body, Wire.CHAT, Wire.MESSAGES), 404))

    with pytest.raises(anthropic.NotFoundError, match="no such model") as caught:
        client.with_options(max_retries=0).messages.create(model="m", max_tokens=9, messages=[])
    assert caught.value.type == "not_found_error"


def test_anthropics_sdk_raises_a_stream_that_broke_off() -> None:
    streamed = next(one for one in STREAMS if one.id == "cut-short" and one.source is Wire.CHAT)
    client = anthropic.Anthropic(api_key="k", http_client=answering(sent(streamed, Wire.MESSAGES)), max_retries=0)

    with (
        pytest.raises(anthropic.APIStatusError, match="broke off"),
        client.messages.stream(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}]) as events,
    ):
        events.get_final_message()


def test_openais_sdk_raises_a_stream_that_broke_off() -> None:
    streamed = next(one for one in STREAMS if one.id == "cut-short" and one.source is Wire.MESSAGES)
    client = openai.OpenAI(api_key="k", http_client=answering(sent(streamed, Wire.CHAT)), max_retries=0)

    with pytest.raises(openai.APIError, match="broke off"):
        for _ in client.chat.completions.create(model="m", messages=[], stream=True):
            pass
