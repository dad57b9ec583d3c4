"""An audit for those who read it: handed an audit, they give text, and decide nothing.

`wording` has the words and figures that people see, the same everywhere; `markdown` and `page` (HTML) are made of them, and the terminal's
tables (`bide.cli.audit_view`) too. `rendering` is for programs: all of it, as JSON.
"""
