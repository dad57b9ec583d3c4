"""Deterministic simulation: the whole engine on a simulated clock, with seeded faults and crashes, thousands of days a run.

`loop` is the event loop whose time is the simulated time, `world` the database, the objects and the provider that outlive
crashes, `gates` where faults and crashes strike, `life` one engine process, `checker` the promises, judged by the provider's
books, `run` one seed from beginning to end, `shrink` from a failing seed to a short story.
"""
