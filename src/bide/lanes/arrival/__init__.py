"""What is settled about a request as it arrives, before anybody plans it.

Handed what a call says of itself, `urgency` gives by when it is wanted, with `patience` for one that names only a priority; `allowance` and
`permission` say what its key may ask for, `route` which account serves its model, `gather` with which others it waits, and `cache` whether a
kept answer may stand for its own. `weighing` gives its tokens by its size and by what the model was seen to make of others, `attachment` those
of what it carries.
"""
