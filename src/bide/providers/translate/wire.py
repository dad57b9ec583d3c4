"""The formats that calls come and go in."""

from enum import StrEnum


class Wire(StrEnum):
    """A format of requests, answers, errors and streams."""

    CHAT = "chat"
    """OpenAI's Chat Completions."""

    RESPONSES = "responses"
    """OpenAI's Responses."""

    MESSAGES = "messages"
    """Anthropic's Messages."""

    GEMINI = "gemini"
    """Google's generateContent."""

    CONVERSE = "converse"
    """Converse of AWS Bedrock."""

    @property
    def api(self) -> str:
        """What people call it."""
        return TITLES[self]


TITLES = {
    Wire.CHAT: "OpenAI's Chat Completions",
    Wire.RESPONSES: "OpenAI's Responses",
    Wire.MESSAGES: "Anthropic's Messages",
    Wire.GEMINI: "Google's generateContent",
    Wire.CONVERSE: "AWS Bedrock's Converse",
}

ENDPOINTS = {
    "/v1/chat/completions": Wire.CHAT,
    "/v1/responses": Wire.RESPONSES,
    "/v1/messages": Wire.MESSAGES,
}


def wire_of(endpoint: str) -> Wire:
    """The wire that callers of this path speak.

    Raises:
        KeyError: the path takes nothing that can be translated.
    """
    return ENDPOINTS[endpoint]
