"""bide: every LLM request on the cheapest path that still meets its deadline."""

__version__ = "0.1.0.dev0"
