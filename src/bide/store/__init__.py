"""Where state lives, and the only way it changes.

`database` is the seam (the drivers `sqlite` and `postgres` underneath), the modules named for nouns hold the verbs, `sql/` the
queries, `objects` the immutable body files. `store.Store` puts them together.
"""
