"""Money: what a token costs, what an answer cost, and what a job was promised and paid.

`prices` answers with a rate card or says unknown. Under it: `catalogue` (genai-prices), `overlay` (our own sourced
rows, `overlay.toml`) and `overrides` (the user's), compiled by `rates` to integers and stored by `cards`.
`lookup` finds the model that a name means, `sheet`, `history` and `model_catalog` show what is known, `claims` judges what others
state, `edition` takes a newer catalogue. `infrastructure` has hours of machines.
`facts` tells how much a model reads and writes, `estimate` what a job will cost.
"""
