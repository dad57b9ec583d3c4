"""PostgreSQL: several machines on one store.

`database` is the driver. A verb runs on a `transaction`, over one of the sessions of `connection`; the `link` is a session of its own, to hear
of changes and be seen by others. `errors` says what went wrong as bide says it.
"""
