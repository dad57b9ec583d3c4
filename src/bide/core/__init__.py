"""Values and rules: what bide speaks about, with no input, output or library behind it.

Standard library only, and no import from the rest of bide (a test holds both).
"""
