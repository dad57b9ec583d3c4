"""What people have, one small module a format: each says by the content whether a file is of its kind, and turns a row into a record.

Handed rows of named values (`bide.logs`), they give `record`s, which look alike whatever they were read from. `reader` is what readers have
in common, `cell` reads a value, `provider` and `prompt` name who sells a model and what was sent. `known` lists them; `columns` takes every
table that is none of the others'.
"""
