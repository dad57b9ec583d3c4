"""Google's generateContent, of the Gemini API and of Vertex AI."""

from bide.providers.translate.gemini.error import read_error, write_error
from bide.providers.translate.gemini.reading import read_request
from bide.providers.translate.gemini.reply import read_reply, write_reply
from bide.providers.translate.gemini.stream import StreamReader, StreamWriter
from bide.providers.translate.gemini.words import LIMITS, REMEDIES, SPELLING
from bide.providers.translate.gemini.writing import write_request

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
