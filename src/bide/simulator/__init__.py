"""A provider to rehearse on: it speaks OpenAI's protocol, keeps its own books, and misbehaves as scripted.

`books` is what the provider knows and charges, a function of the script, the seed and the instant it is asked at;
`protocol` turns a request into a reply; `inprocess` and `server` carry the two, without and with sockets.
"""
