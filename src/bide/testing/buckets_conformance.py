"""The buckets' conformance suite: what every driver of `bide.buckets.port` has to do.

Subclass it in a test module of your own, and say which driver and in which empty folder::

    class TestMine(BucketsConformance):
        @pytest.fixture
        def buckets(self):
            return MyBuckets()

        @pytest.fixture
        def folder(self):
            return "s3://bucket/a-folder-of-this-case"
"""

from bide.testing.buckets.case import pieces
from bide.testing.buckets.reading import ReadingCases
from bide.testing.buckets.writing import WritingCases

__all__ = ["BucketsConformance", "pieces"]


class BucketsConformance(WritingCases, ReadingCases):
    """Every case. Override the fixtures `buckets` and `folder`, and `exclusive` where the store ignores preconditions."""
