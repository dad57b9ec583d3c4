"""What could be saved in the usage that there was: logs and exports are read, summed up and judged.

`record` is a row of usage as it was read, `profile` what a million of them sum up to, in memory that does not grow with them: `group` is
one workflow at one model in one lane there, with a `timeline` of when its requests came. `profiling` adds rows up: a `tally` of `sums` and `latencies` for each
group, `recurrence` for what is sent again, a `footprint` of each file to notice what stands in two. `reading` reads files, by the `readers` that
know their formats.

From there on all is pure: a `strand` is a group with its prices by the `month`, `rhythm` and `patience` guess how long it could wait, `waiting`,
`caching` and `trying` propose levers, `captured` says what is saved already, `change` prices levers one on top of the other, and `judging` puts
their `finding`s together. Strands make `workflow`s, these a `plan`, and all of it with its `gap`s an `audit`, which `rendering` turns into JSON,
`markdown` into Markdown and `page` into HTML, in the same words (`wording`).
"""
