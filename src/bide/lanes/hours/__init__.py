"""When: the hours in which something is wanted, may be sent, or is due again.

Handed words and an instant, `window` gives the hours that they name, and `timetable` what comes again and again. `hours` are the window and the
blackout of an account; `notice` puts into words what they mean for work that is handed in.
"""
