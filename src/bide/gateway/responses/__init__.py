"""OpenAI's Responses beyond the call itself: in the background, asked about again, cancelled, deleted."""
