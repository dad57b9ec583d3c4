"""Doubleword's protocol: OpenAI's with a choice of windows, uploads that are validated, plain-text errors, and admission by window."""
