"""Anthropic: Messages in real time, and Message Batches."""
