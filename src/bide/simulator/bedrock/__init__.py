"""AWS Bedrock's protocol: Converse whole and streamed, InvokeModel, and model invocation jobs on objects in S3."""
