"""Azure OpenAI's protocol: OpenAI's in two dialects, with deployments, quotas of its own, and jobs that never expire by themselves.

A deployment is any model's name. One whose name ends in ``-sync`` serves no batches, one that ends in ``-batch`` no calls.
A batch may have its files in Blob Storage, wherever the simulator's bucket is.
"""
