"""One look at everything that is open.

Handed an `outlook`, `decide` gives a `decision`: what to do now, and when to look again. It goes through the buckets with `attend` and through
their batches with `copying`; `grounds` keeps with what is done the numbers that it rests on.
"""
