"""What could be saved in the usage that there was: logs and exports are read, summed up and judged.

The rooms stand in the order in which an audit happens, and each uses only those before it:

`readers` are handed rows of a file, whatever wrote it, and give records.
`profile` is handed records, and gives what a million of them sum up to, in memory that does not grow with them.
`evidence` is handed a profile, and gives what speaks in it: when requests come, how long they could wait, what a month of them costs.
`levers` are handed what costs and its evidence, and give what could be done about it, with what that saves.
`plan` is handed all of these findings, and gives the audit: by workflow, and in the order in which to begin.
`views` are handed an audit, and give it in words, as Markdown, as JSON and as a page of HTML.

From `evidence` on all is pure. Beside the rooms stands what is there for those who ask for an audit: `account` knows the accounts of a config
as an audit wants them, `grounds` is what judging is to rest on, as values that another process can be handed, and `errand` is a whole audit in
a process of its own.
"""
