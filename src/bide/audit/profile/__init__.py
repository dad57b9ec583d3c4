"""What a log sums up to: a million records go in one by one, a profile comes out, in memory that does not grow with them.

`reading` reads files by the `readers` that know their formats, and `taking` is one of them on its way, with what is left out of it.
`profiling` adds records up: a `tally` of `sums` and `latencies` for each group, `recurrence` for what is sent again, a `footprint` of each
file to notice what stands in two. It gives a `profile` of `group`s: one is a workflow at one model in one lane, with a `timeline` of when its
requests came.
"""
