"""The safety net: bounds alone, and no guess.

Handed all that is outstanding and an account's capacity, `rescue` gives by when calls must start. On that rests what is promised at intake
(`admission`), and which buckets are under the net, or come under it later (`protection`). A `carrier` is a batch that has requests to be
rescued, and `cancel` says when it makes way for their calls.
"""
