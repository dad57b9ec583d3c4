"""Conformance suites for whoever writes a driver: a driver is done when its suite passes.

They are pytest classes and need pytest, pytest-asyncio (``asyncio_mode = auto``) and hypothesis.
"""
