"""The cases of `bide.testing.buckets_conformance`."""
