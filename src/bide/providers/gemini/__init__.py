"""Google's Gemini API: generateContent and embeddings with an API key, and batches, uploaded as files or coming with their create."""
