"""OpenAI's files: uploads and the results of batches."""
