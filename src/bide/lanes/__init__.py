"""Decisions: which lane, which requests form a batch, when to cancel, when to rescue, how fast to call.

Pure functions of values and `now`. No input, output, clock or chance; `engine` calls them and acts. The rooms stand in the order in which a
request meets them, and each uses only those before it:

`hours` are handed words and an instant, and give when something is wanted, may be sent, or is due again.
`arrival` is handed a request, and gives by when it is wanted and by whom it may be served, before anybody plans it.
`capacity` is handed an account's limits, and gives what it takes now: calls, flex, bursts, batches.
`forecast` is handed what was counted, and gives how long the lanes take.
`rescue` is handed all that is outstanding, and gives by when calls must start, what can be promised, and when batches make way.
`plan` is handed one bucket, and gives what becomes of it: its lane, its account, its batches, their copies.
`decision` is handed everything that is open, and gives what to do now, with its grounds, and when to look again.
`outcome` is handed what has ended, and gives what follows: for its requests, for the forecast, for people, and when it may go.
"""
