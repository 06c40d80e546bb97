"""Every rule of ``guidewright check``, by name: what it asks, what mends it, and whether a guide may be excused from it.

``docs/checks.md`` has them as a table, and a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    name: str
    asks: str
    """What a guide must hold, as Markdown."""
    fixed: bool = False
    """Whether ``--fix`` mends it."""
    allowed: bool = False
    """Whether ``# gw: allow=NAME reason`` in the code excuses from it."""


RULES = (
    # The file
    Rule(
        name="encoding",
        asks="the file can be read, is UTF-8, and has no character that tools read differently",
    ),
    Rule(
        name="slug",
        asks="the name is letters, digits, `_` and `-`, none of the site's own, and unique whatever its case",
    ),
    Rule(name="header", asks="the header is there, is YAML, and has the fields that CONTRIBUTING.md lists"),
    Rule(
        name="percent-format",
        asks="the file is in percent format: every cell begins at a marker, and no fence hides one",
    ),
    Rule(
        name="cell-options",
        asks="what stands behind `# %%` is known options with JSON values; ids are unique",
    ),
    Rule(name="canonical", asks="the file is as jupytext writes it", fixed=True),
    Rule(name="reading-order", asks="`reading_order` of the settings names guides that there are"),
    # Code
    Rule(name="syntax", asks="code cells are Python, and so is the file, where magics are comments"),
    Rule(name="format", asks="code is as `ruff format` writes it", fixed=True),
    Rule(name="unknown-name", asks="names of the package that the guide teaches exist, in code and in prose"),
    Rule(name="private-name", asks="they are public"),
    Rule(name="hidden-name", asks="no shown cell reads a name that only a hidden cell defines"),
    Rule(name="star-import", asks="there is no `from … import *`"),
    Rule(name="cell-backends", asks="cells name backends that the guide claims"),
    Rule(
        name="quick-values", asks="`quick` in the header gives plain values to names of the `parameters` cell"
    ),
    Rule(
        name="absolute-path",
        asks="no text in code is a path of one machine: `/tmp/x`, `C:\\x`, `~/x`",
        allowed=True,
    ),
    Rule(
        name="exit-call", asks="nothing ends the process: `sys.exit()`, `exit()`, `os._exit()`", allowed=True
    ),
    Rule(
        name="undeclared-download",
        asks="what loads from the network has its dataset in the header's `datasets`",
        allowed=True,
    ),
    Rule(
        name="backend-elsewhere",
        asks="a backend's variable (`KERAS_BACKEND`) is set in the set-up cell only: the first shown code cell",
        allowed=True,
    ),
    Rule(
        name="allow",
        asks="`# gw: allow=RULE reason` names a rule that may be allowed, gives a reason, and is needed",
    ),
    # Prose
    Rule(name="page-title", asks="no heading is of the first level: the header's title is"),
    Rule(name="heading-level", asks="headings begin with `##`, and skip no level"),
    Rule(
        name="heading-id",
        asks="every heading has an id, unique in the page, of lower-case letters, digits and `-`",
        fixed=True,
    ),
    Rule(name="link", asks="links to guides, and to places in them, lead somewhere"),
    Rule(name="image-alt", asks="pictures in prose say in words what they show"),
    Rule(name="figure-alt", asks="cells that show figures have `alt`, one text a figure", allowed=True),
    Rule(name="formula", asks="formulas are TeX that can be read"),
    Rule(
        name="spelling",
        asks="words of prose, title, description and `alt` are English, or stand in the project's word list",
    ),
    # Translations
    Rule(
        name="catalog", asks="translations hold against the English: what `guidewright translate check` says"
    ),
)
BY_NAME = {rule.name: rule for rule in RULES}


def table() -> str:
    """Return the rules as a Markdown table."""
    rows = [f"| `{rule.name}` | {rule.asks} | {_yes(rule.fixed)} | {_yes(rule.allowed)} |" for rule in RULES]
    return "\n".join(
        ["| rule | what it asks | `--fix` mends it | may be allowed |", "| --- | --- | --- | --- |", *rows]
    )


def _yes(value: bool) -> str:
    return "yes" if value else ""
