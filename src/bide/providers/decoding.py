"""What decoding somebody else's JSON may raise."""

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Bytes that are no JSON, no UTF-8, or nested beyond all measure."""
