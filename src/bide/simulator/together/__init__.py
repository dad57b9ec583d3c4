"""Together's protocol: like OpenAI's, with two ways to upload, a wrapped create, a bare listing, and no metadata or counts."""
