"""The smaller endpoints: completions of the old kind, moderations, images. Their answers are whole; none is streamed."""

import base64
import hashlib

import msgspec

from bide.simulator.answers import Answer
from bide.simulator.openai.body import Body
from bide.simulator.openai.chat import ChatUsage, finish, usage_of

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)


class TextChoice(msgspec.Struct):
    text: str
    index: int
    logprobs: None
    finish_reason: str


class TextCompletion(msgspec.Struct):
    id: str
    object: str
    created: int
    model: str
    choices: list[TextChoice]
    usage: ChatUsage


def completion(identifier: str, created: int, model: str, answer: Answer) -> TextCompletion:
    """A completion of the old kind; `created` is in seconds."""
    choice = TextChoice(answer.text, 0, None, finish(answer))
    return TextCompletion(identifier, "text_completion", created, model, [choice], usage_of(answer.usage))


class Verdict(msgspec.Struct):
    flagged: bool
    categories: dict[str, bool]
    category_scores: dict[str, float]
    category_applied_input_types: dict[str, list[str]]


class Moderation(msgspec.Struct):
    id: str
    model: str
    results: list[Verdict]


def moderation(identifier: str, model: str, body: Body) -> Moderation:
    """What is wrong with each text, which is never anything. It says nothing of tokens: it is free."""
    harmless = Verdict(
        False,
        dict.fromkeys(CATEGORIES, False),
        dict.fromkeys(CATEGORIES, 0.0001),
        {category: ["text"] for category in CATEGORIES},
    )
    return Moderation(identifier, model, [harmless] * max(1, len(body.texts())))


class Image(msgspec.Struct):
    b64_json: str


class ImageInput(msgspec.Struct):
    text_tokens: int
    image_tokens: int = 0


class ImageUsage(msgspec.Struct):
    input_tokens: int
    input_tokens_details: ImageInput
    output_tokens: int
    total_tokens: int


class Images(msgspec.Struct):
    created: int
    data: list[Image]
    usage: ImageUsage
    output_format: str = "png"


def images(created: int, answer: Answer) -> Images:
    """An image, of which the bytes are no picture."""
    usage = answer.usage
    drawn = base64.b64encode(hashlib.shake_128(answer.text.encode()).digest(48)).decode("ascii")
    counted = ImageUsage(usage.input, ImageInput(usage.input), usage.output, usage.input + usage.output)
    return Images(created, [Image(drawn)], counted)
