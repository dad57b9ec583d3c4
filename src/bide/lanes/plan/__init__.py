"""What becomes of one bucket.

Handed a bucket and its last safe moment, `plan` gives which lane it takes. `waiting` is what the hours of its account leave of that, `flex`
what is asked for in the flex tier instead, and `placement` says which of several accounts serves it. `group` says which requests have batches of
their own, `assemble` how large a batch is, and `copies` whether a second one pays.
"""
