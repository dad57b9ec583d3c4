"""OpenAI's protocol, and the providers that speak it with an accent."""
