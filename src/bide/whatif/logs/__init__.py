"""Logs of requests, as people have them: CSV, JSON Lines, Parquet, and what bide itself has on record.

`reading` opens one, by its content; `table`, `jsonl` and `parquet` turn a file into rows of named values, `columns` finds out which
of them say what, `moment` reads an instant, and `record` is bide's own database.
"""
