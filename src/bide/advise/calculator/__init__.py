"""What a workload costs, in every lane, with each step of the arithmetic: pure functions of values.

`quantity` and `unit` are the numbers: exact, with a unit that refuses what cannot be mixed, and a range where a price is one.
`derivation` writes down each step. `month` says what a month is, `tariff` what a token costs in each lane, `workload` what is
asked, `effective` what of it is billed. `bill` prices it in one lane, `comparison` in several and beside each other.
`machine` reckons with hardware by the hour, `saving` with shares, `timing` with how long it takes.
`listing` takes tariffs from the ledger, `tokenizer` says how tokenizers differ, `reasoning` how much is hidden, `offers` compares models by both,
`hardware` stands beside them, and `rendering` is what programs read, `wording` what people do. `catalogue` is the prices of a day, for the
calculator of browsers: `web/src/calculator` has the same modules in TypeScript.
"""
