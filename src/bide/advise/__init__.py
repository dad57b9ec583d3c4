"""What to do with work, and what that is worth: pure functions over values and data.

`advisor` says which lane a workload belongs to and by which rule: `workload` is what it is asked, `facts` what follows from that,
`condition` how a rule of `rulebook` asks about it, and `advice` the answer. `next_step` says how it is taken, `feasibility` what
speaks against it, `lever` what else would save, `saving` how much, and `own` what hardware of one's own costs. `calculator` is a
room of its own: what work costs in every lane, step by step.
"""
