"""The Python of a cell: what it means, which names it binds and reads, and how values are put into it.

Pure functions on source text, shared by the stages. IPython's magics and shell lines are understood as text.
"""

from guidewright.pycode.meaning import meaning
from guidewright.pycode.names import Statement, statements
from guidewright.pycode.parsing import is_cell_magic, nodes, parse
from guidewright.pycode.splices import (
    CHECK_HOOK,
    assigned_values,
    count_checks,
    put_environment,
    put_values,
    without_check_calls,
)

__all__ = [
    "CHECK_HOOK",
    "Statement",
    "assigned_values",
    "count_checks",
    "is_cell_magic",
    "meaning",
    "nodes",
    "parse",
    "put_environment",
    "put_values",
    "statements",
    "without_check_calls",
]
