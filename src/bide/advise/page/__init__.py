"""The interactive calculator's page: one HTML file that reckons by itself, offline, with the prices that are put into it.

`use_case` is the matrix to pick from, `lane_times` how long each lane takes, `contents` all that the page is told,
`document` the file. The page itself is written in TypeScript (``web/``), and is built into ``bide/static/calculator.html``.
"""
