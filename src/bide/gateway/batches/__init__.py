"""OpenAI's batches in front of any provider: created, read into jobs, told about, ended."""
