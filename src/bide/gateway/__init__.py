"""The gateway: one port that OpenAI's and Anthropic's clients talk to. What cannot wait is passed on at once, what can waits."""
