"""Anthropic's own paths: message batches in front of any provider, counts of tokens, and the rules of the API's versions."""
