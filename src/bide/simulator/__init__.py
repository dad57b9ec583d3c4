"""Providers to rehearse on: they speak the real protocols, keep their own books, and misbehave as scripted.

`account` is what a provider knows and charges, a function of the script, the seed and the instant it is asked at. It
has no word of any protocol: chance, faults, outages, schedules, limits, calls, batches and files are the same for all.
`protocol` is the seam, and each sub-package (`openai`, `anthropic` …) supplies one. `books` is an account with its
protocol, `respond` turns a request into a reply, `house` has an account for each protocol, and `inprocess` and
`server` carry it, without and with sockets.

How to add a protocol, say `gemini`:

1. `gemini/protocol.py` has ``class Gemini(Protocol)`` with `name`, `models` and the methods of `protocol.Protocol`,
   and ``GEMINI = Gemini()``, which is named in `protocols.py`. It is then mounted under ``/gemini``.
2. `find_route` gives a `Site` and what the path names (``match method, segments(path)``). Use the sites that there are,
   so that faults, outages and scripts hold: create, retrieve, list, cancel, delete, download, upload, call …
3. `authenticate` takes every key but `INVALID_KEY` (`check_key`).
4. `do` is one match over the sites. Create: read the input to `rows.Row` s (body as `Raw`, XXH3 digest,
   ``account.answers.usage(cap, digest, size)``, `poison` markers as failures) in a `Batchable`, or a `Problem`, and hand
   them to ``account.batches.create(NewBatch(source=…, window=…, asked=…), found, content, now)``. `NewBatch.window` is how
   long a batch has, `validates=False` says that it never fails whole, `asked` is your own record for the view.
   Then ``account.batches.get / older / newer / cancel`` and ``account.files``.
5. The view is a function of `Batch`: `status(now)`, `tally(now)`, `created_at`, `ended_at`, `files_at`, `expires_at`,
   `problem`, `files`, `asked`. A call is ``spoken = account.calls.answer(Ask(…), raw, client_request_id, now)`` and then
   ``spoken.whole(body, headers)`` or ``spoken.streamed(events, headers)``.
6. `publish` writes the results of an ended batch: ``results.write(batch, tell)`` calls your `tell` for every row, with its
   `Fate`, and keeps missing, repeated and renamed rows for you. Put what comes of it into ``account.keep_result`` or
   ``account.outbox`` (URI, bytes), and the names into ``batch.files``. `identify` makes the ids of batches.
7. `refuse` writes an error; `Failure` has a status and a message, the rest are OpenAI's words. `stamp` adds the headers
   that each reply has.
8. A protocol whose input lies in a bucket says in `inputs` which objects a request needs; they come as
   ``request.objects``. ``request.base`` is what absolute URLs begin with.
9. A protocol that is like OpenAI's (Azure, Together) inherits from `openai.protocol.OpenAI` and says what differs.
10. Read bodies with a small reader of your own, never with `bide.providers`: the simulator is a witness. Tests go to
    ``tests/simulator/gemini/`` (``Books(script, seed, now, protocol=GEMINI)``) and, with the official SDK, to ``tests/sdk/gemini/``.
"""
