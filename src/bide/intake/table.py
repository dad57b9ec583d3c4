"""CSV and TSV: a header that names the columns, then one request a record.

Cells may contain line breaks between quotes. The quoting is read strictly: a stray quote is a problem of its record,
not a licence to guess.
"""

import csv
from collections.abc import Iterator

from bide.core.errors import InputError
from bide.intake.defaults import Defaults
from bide.intake.entry import Chunk, ChunkBuilder, Entry
from bide.intake.problem import Code, LineError, Problem, refuse, report
from bide.intake.source import Source, empty_input
from bide.intake.tablerow import TableRows, check_columns
from bide.intake.validator import Validator

CELL_LIMIT = 8 * 1024 * 1024
"""Characters of a cell: more than any context window takes. The csv module holds four bytes for each, and a quote that
is never closed takes in all that follows."""


class Table:
    """Reads CSV from a source; the header is read when it is made.

    Raises:
        InputError: there is no usable header, or the defaults do not fit the columns.
    """

    def __init__(self, source: Source, defaults: Defaults, validator: Validator, delimiter: str) -> None:
        self._source = source
        self._line_error: LineError | None = None
        # The limit belongs to the whole process, so it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), CELL_LIMIT))
        self._records = csv.reader(self._lines(), delimiter=delimiter, strict=True)
        self.columns = self._header()
        try:
            self._rows = TableRows(source.name, self.columns, defaults, validator)
        except InputError as error:
            other = next((char for char in ";\t|," if char != delimiter and char in self.columns[0]), None)
            if len(self.columns) == 1 and other:
                raise InputError(f"{error}. If {other!r} separates the columns, say --delimiter {other!r}") from error
            raise

    def chunks(self) -> Iterator[Chunk]:
        """The rows, once."""
        builder = ChunkBuilder(self._source.block_size)
        row = 0
        while (record := self._next()) is not None:
            line, cells = record
            if cells == []:
                builder.add(None)
                continue
            row += 1
            builder.add(self._read(line, row, cells) if isinstance(cells, list) else cells)
            if builder.full:
                yield builder.take()
        if builder.rows:
            yield builder.take()
        if not row:
            raise empty_input(self._source.name)

    def _header(self) -> tuple[str, ...]:
        while (record := self._next()) is not None:
            _, cells = record
            if isinstance(cells, Problem):
                raise InputError(f"the header of {self._source.name} cannot be read: {cells}")
            if cells:
                check_columns(self._source.name, cells)
                return tuple(cells)
        raise empty_input(self._source.name)

    def _next(self) -> tuple[int, list[str] | Problem] | None:
        """The line on which the next record starts, and its cells or why it has none; None at the end."""
        line = self._records.line_num + 1
        self._line_error = None
        try:
            cells = next(self._records)
        except StopIteration:
            return None
        except csv.Error as error:
            return line, _explain(line, str(error))
        return line, self._line_error.problem if self._line_error else cells

    def _read(self, line: int, row: int, cells: list[str]) -> Entry | Problem:
        try:
            if len(cells) != len(self.columns):
                message = f"cells in the record: {len(cells)}, columns in the header: {len(self.columns)}"
                raise refuse(line, Code.WRONG_NUMBER_OF_COLUMNS, message)
            return self._rows.read(line, row, dict(zip(self.columns, cells, strict=True)))
        except LineError as error:
            return error.problem

    def _lines(self) -> Iterator[str]:
        """The lines as text. What is wrong with one is remembered until its record is complete."""
        number = 0
        for lines in self._source.blocks():
            for line in lines:
                number += 1
                try:
                    yield self._source.text(number, line)
                except LineError as error:
                    self._line_error = error
                    yield str(line, "utf-8", "replace")


def _explain(line: int, message: str) -> Problem:
    """The problem behind an error of the csv module, which knows neither lines nor remedies."""
    code, remedy = Code.INVALID_CSV_ROW, None
    if "field limit" in message:
        code = Code.LINE_TOO_LARGE
        message = f"a cell is longer than {CELL_LIMIT:,} characters"
        remedy = f"look for a quote that is opened on line {line} and never closed"
    elif "new-line" in message:
        message = "a carriage return stands outside quotes"
        remedy = r"end lines with \n or \r\n, and quote cells that contain a carriage return"
    elif "end of data" in message:
        message = "a quote is opened in this record and never closed"
    else:
        message = f"the record cannot be read: {message}"
    return report(line, code, message, remedy=remedy)
