"""Decisions: which lane, which requests form a batch, when to cancel, when to rescue, how fast to call.

Pure functions of values and `now`. No input, output, clock or chance; `engine` calls them and acts.
"""
