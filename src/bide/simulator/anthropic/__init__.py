"""Anthropic's protocol: messages whole and streamed, counting tokens, message batches and models."""
