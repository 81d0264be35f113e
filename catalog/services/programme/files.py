"""Programme files: JSON and CSV as untyped rows."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.services.programme.rows import MODELS, Raw, RowError, rows_of

SEPARATOR = "|"
"""Between the items of a list in one cell of a CSV file: lines of a plan, amenities, cast."""
LISTS = {"amenities", "plan", "genre", "writers", "producers", "awards", "cast"}
COLUMNS = {"kind"} | {name for model in MODELS.values() for name in model.model_fields}
SUFFIXES = (".json", ".csv")


def rows_in(path: Path) -> list[Raw | RowError]:
    """Read the rows of a file; what cannot be read is an error among them.

    :raises OSError: if there is no such file
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        return [RowError(f"line {line}", "This is not UTF-8: save the file with that encoding.")]
    return list(_csv_rows(text) if path.suffix.lower() == ".csv" else _json_rows(text))


def _json_rows(text: str) -> Iterator[Raw | RowError]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as wrong:
        yield RowError(f"line {wrong.lineno}", f"This is not JSON: {wrong.msg} at column {wrong.colno}.")
        return
    except (RecursionError, ValueError):
        yield RowError("/", "This JSON nests too deep, or has a number of thousands of digits.")
        return
    if not isinstance(document, dict):
        yield RowError("/", 'Write one object: {"cinemas": [...], "movies": [...], "screenings": [...]}.')
        return
    yield from rows_of(document)


def _csv_rows(text: str) -> Iterator[Raw | RowError]:
    lines = text.splitlines(keepends=True)
    delimiter = ";" if lines and ";" in lines[0] and "," not in lines[0] else ","
    reader = csv.DictReader(lines, delimiter=delimiter, restkey="", strict=True)
    try:
        columns = [name.strip().casefold() for name in reader.fieldnames or []]
        if "kind" not in columns:
            yield RowError("line 1", "The first line names the columns: kind, name, ... One of them must be kind.")
            return
        for unknown in [name for name in columns if name not in COLUMNS]:
            yield RowError("line 1", f"There is no column {unknown!r}: correct its name, or take it out.")
        reader.fieldnames = columns
        for cells in reader:
            yield _csv_row(cells, f"line {reader.line_num}")
    except csv.Error as wrong:
        yield RowError(f"line {reader.reader.line_num}", f"This line cannot be read: {wrong}.")


def _csv_row(cells: dict[str, Any], at: str) -> Raw | RowError:
    if "" in cells:
        return RowError(at, "This line has more cells than the first one: put cells with commas into quotes.")
    filled = {name: cell for name, cell in cells.items() if cell and cell.strip() and name in COLUMNS}
    kind = filled.pop("kind", "").strip().casefold()
    if kind not in MODELS:
        return RowError(at, f"kind is {kind!r}: write {', '.join(MODELS)}.")
    data = {name: _items(cell, name) if name in LISTS else cell for name, cell in filled.items()}
    return Raw(kind, at, data)


def _items(cell: str, name: str) -> list[str]:
    items = cell.split(SEPARATOR)
    return items if name == "plan" else [item.strip() for item in items if item.strip()]
