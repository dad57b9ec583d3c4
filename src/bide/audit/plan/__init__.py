"""All strands put together: handed what was found about each, it gives workflows, the order in which to begin, and the whole audit.

Judged strands make a `workflow`, workflows a `plan`, and these with bills, gaps, prices and notes an `audit`.
"""
