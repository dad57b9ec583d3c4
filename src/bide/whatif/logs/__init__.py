"""Logs of requests, as a what-if needs them: those that `bide.logs` opens, and what bide itself has on record.

`reading` reads one, `columns` finds out which values say when a request came, how long it was and by when it was wanted, and `record` is
bide's own database.
"""
