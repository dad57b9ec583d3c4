"""OpenAI's Responses. Its errors are those of Chat Completions."""

from bide.providers.translate.chat.error import read_error, write_error
from bide.providers.translate.responses.reading import read_request
from bide.providers.translate.responses.reply import read_reply, write_reply
from bide.providers.translate.responses.stream import StreamReader
from bide.providers.translate.responses.streaming import StreamWriter
from bide.providers.translate.responses.words import LIMITS, REMEDIES, SPELLING
from bide.providers.translate.responses.writing import write_request

__all__ = [
    "LIMITS",
    "REMEDIES",
    "SPELLING",
    "read_error",
    "read_reply",
    "read_request",
    "stream_reader",
    "stream_writer",
    "write_error",
    "write_reply",
    "write_request",
]

stream_reader = StreamReader
stream_writer = StreamWriter
