"""AWS Bedrock's protocol: Converse and InvokeModel, whole and streamed, and model invocation jobs on objects in S3."""
