"""The protocol of Google's Vertex AI: generateContent with OAuth, and batch prediction jobs on objects of a bucket."""
