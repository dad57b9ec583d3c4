"""What speaks in a profile, before anybody says what to do: counted where it can be, guessed with its strength where it cannot.

Handed a profile, `extent` gives how much time it stands for, and `gap` what its rows do not say. Handed a group of it, `rhythm` gives when its
requests come, `patience` how long they could wait and why, and `strand` the group with its prices: what a `month` of it costs.
"""
