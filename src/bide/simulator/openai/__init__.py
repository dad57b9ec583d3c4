"""OpenAI's protocol: files, batches, chat completions, responses, embeddings and models."""
