"""Converse of AWS Bedrock."""

from bide.providers.translate.converse.error import read_error, write_error
from bide.providers.translate.converse.reading import read_request
from bide.providers.translate.converse.reply import read_reply, write_reply
from bide.providers.translate.converse.stream import StreamReader, StreamWriter
from bide.providers.translate.converse.words import LIMITS, REMEDIES, SPELLING
from bide.providers.translate.converse.writing import write_request

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
