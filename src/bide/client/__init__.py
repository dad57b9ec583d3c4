"""bide as a library: requests handed in and waited for, over HTTP or in this process; and the official SDKs on it.

What is public is named in `bide` itself; docs/library.md shows how it is used.
"""
