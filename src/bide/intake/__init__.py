"""Reading what a user hands in: files become a stream of validated requests and a stream of problems.

`open_input` in `bide.intake.reader` is the door. Nothing here stores or sends anything, and memory stays flat in the
number of requests.
"""
