"""Google's Vertex AI: generateContent with OAuth, and batch prediction jobs whose files lie in Cloud Storage."""
