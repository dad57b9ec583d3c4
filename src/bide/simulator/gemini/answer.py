"""The answer of generateContent: whole, and as a stream of events that are answers in themselves."""

from collections.abc import Iterator

from bide.core.usage import Usage
from bide.simulator.answers import Answer
from bide.simulator.exchange import encode

PIECE = 64
"""Characters of an answer in one event."""

Fields = dict[str, object]


def answer_object(key: str, model: str, answer: Answer, **more: object) -> Fields:
    """The whole answer. `more` is what one of the services adds; `traffic` is the tier as Vertex AI tells it."""
    return _object(key, model, answer.text, _reason(answer), _usage(answer.usage, more.pop("traffic", None)), **more)


def events(key: str, model: str, answer: Answer, **more: object) -> Iterator[bytes]:
    """The same answer as server-sent events. The last one has the reason and the usage; no word ends the stream."""
    usage = _usage(answer.usage, more.pop("traffic", None))
    pieces = [answer.text[start : start + PIECE] for start in range(0, len(answer.text), PIECE)] or [""]
    for piece in pieces[:-1]:
        yield _event(_object(key, model, piece, None, {"promptTokenCount": usage["promptTokenCount"]}, **more))
    yield _event(_object(key, model, pieces[-1], _reason(answer), usage, **more))


def _object(key: str, model: str, text: str, reason: str | None, usage: Fields, **more: object) -> Fields:
    candidate: Fields = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if reason is not None:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model, "responseId": key, **more}


def _event(value: Fields) -> bytes:
    return b"data: %b\r\n\r\n" % encode(value)


def _reason(answer: Answer) -> str:
    return "MAX_TOKENS" if answer.capped else "STOP"


def _usage(usage: Usage, traffic: object) -> Fields:
    """Thoughts are not among the candidates' tokens, and counts of nothing are left out."""
    counts = {
        "cachedContentTokenCount": usage.cached,
        "thoughtsTokenCount": usage.reasoning,
    }
    return {
        "promptTokenCount": usage.input,
        "candidatesTokenCount": usage.output - usage.reasoning,
        "totalTokenCount": usage.input + usage.output,
        **{name: count for name, count in counts.items() if count},
        **({"trafficType": traffic} if traffic else {}),
    }
