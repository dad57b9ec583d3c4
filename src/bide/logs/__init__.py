"""Logs and exports as people have them: CSV, JSON Lines, whole JSON documents, Parquet, packed or not, as rows of named values.

`opening` opens one and sees by its content what it is; `table`, `jsonl`, `document` and `parquet` turn it into rows, `flat` gives
what lies deep in a row a name, and `moment` reads an instant. What the values mean is said by who reads them: `bide.whatif.logs`, `bide.audit`.
"""
