"""A log as CSV or TSV: a header, then one request a record. What separates the cells is seen from the header."""

import csv
from collections.abc import Iterator

from bide.logs.row import Row

DELIMITERS = ",\t;|"


def rows(lines: Iterator[bytes]) -> Iterator[Row]:
    """The records of these lines, the first of which is the header. What is not UTF-8 is replaced: it is no number either way."""
    texts = (str(line, "utf-8", "replace").replace("\0", "\ufffd") for line in lines)
    first = next(texts)
    delimiter = max(DELIMITERS, key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
    records = csv.reader(texts, delimiter=delimiter)
    while True:
        line = records.line_num + 2
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, {}, f"the record cannot be read: {error}")
            continue
        if not cells:
            continue
        if len(cells) != len(header):
            yield Row(line, {}, f"cells in the record: {len(cells)}, columns in the header: {len(header)}")
        else:
            yield Row(line, dict(zip(header, cells, strict=True)))
