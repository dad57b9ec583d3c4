"""SQLite: the embedded default. A file is a database, and several processes may use it.

`database` is the driver; it enters in `commits` what waits together, tells in `presence` who is there, and opens what is in `connection`
and `migration`. A verb runs on a `transaction`; `errors` says what went wrong as bide says it.
"""
