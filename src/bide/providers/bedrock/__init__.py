"""AWS Bedrock: Converse in real time, and model invocation jobs whose files lie in S3."""
