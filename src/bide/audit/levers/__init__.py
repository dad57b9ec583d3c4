"""What could be done about a strand, or has been, and what each saves: handed a strand and what judging rests on, they give findings.

`waiting` proposes cheaper lanes, `caching` the two caches, `trying` what no log can promise; `captured` says what is saved already. `family`
and `prompt_cache` are what they know of models, `assumption` is what nobody knows. `change` prices proposals one on top of the other,
and `judging` puts each together as a `finding`.
"""
