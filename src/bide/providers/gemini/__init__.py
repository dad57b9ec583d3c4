"""Google's Gemini API: generateContent with an API key, and batches of uploaded files."""
