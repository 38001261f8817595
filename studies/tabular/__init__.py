"""Reading, typing, checking and profiling an uploaded table. Knows neither Django nor the other packages.

`studies.tabular.child` reads in a child process with limits; `studies.tabular.samples` writes ready-made tables.
"""

from studies.tabular.checking import check_columns, check_target
from studies.tabular.columns import KINDS, ROLES, Column
from studies.tabular.errors import TableError
from studies.tabular.export import csv_cell, csv_lines
from studies.tabular.profile import profile_column
from studies.tabular.reading import Reading, preview, read_table
from studies.tabular.roles import suggest_task
from studies.tabular.row_hash import Match, match_rows, row_hashes, row_keys
from studies.tabular.storage import StoredTable, content_hash, load_rows, load_table, save_table, stored_kinds

__all__ = [
    "KINDS",
    "ROLES",
    "Column",
    "Match",
    "Reading",
    "StoredTable",
    "TableError",
    "check_columns",
    "check_target",
    "content_hash",
    "csv_cell",
    "csv_lines",
    "load_rows",
    "load_table",
    "match_rows",
    "preview",
    "profile_column",
    "read_table",
    "row_hashes",
    "row_keys",
    "save_table",
    "stored_kinds",
    "suggest_task",
]
