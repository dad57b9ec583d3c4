"""The tables: what becomes of every field of every wire towards every other."""

from tests.providers.translate.fields import chat, messages

from bide.providers.translate import Wire

TABLES = {Wire.CHAT: chat.CASES, Wire.MESSAGES: messages.CASES}
