"""What follows from what has ended.

Handed a batch that failed before it ran, `validation` gives what becomes of its requests. `lesson` is what a batch or a call teaches the
forecast, `advice` what would have brought more batches back in time, and `retention` how long what is over is kept.
"""
