"""Figures as ratios: each benchmark measures bide and its yardstick in the same run, and quotes medians.

``python -m bench`` runs all, ``python -m bench ingest help`` some; ``--json`` prints one object.
"""
