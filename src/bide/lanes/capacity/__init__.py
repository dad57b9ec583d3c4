"""What an account takes, lane by lane: more than that waits.

Handed its limits, `capacity` gives how long calls take at its rate, and `pace` how fast to make them; `pressure` says whether bursts need more.
`scarcity` is the pace of the flex tier, and `quota` what its batch lane still takes.
"""
