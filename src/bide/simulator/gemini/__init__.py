"""The protocol of Google's Gemini API: generateContent, resumable uploads, and batches of files or of inline requests."""
