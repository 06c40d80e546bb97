"""What :mod:`guidewright.translate.apply` writes around English in a translated page, taken off again."""

from __future__ import annotations

import re

_OLD_BLOCK = re.compile(r"\n[ \t>]*\n[ \t>]*<details class=\"gw-old\">.*?</details>(?:\n[ \t>]*)?(?=\n|\Z)")
_OLD = re.compile(r"<details class=\"gw-old\">.*?</details>")
_MARKED = re.compile(r"<span class=\"gw-[\w-]+\"[^>]*>(?P<words>(?:(?!</?span\b).)*)</span>", re.DOTALL)


def without_marks(source: str) -> str:
    """Leave what is not translated as plain English, and former translations out."""
    return _MARKED.sub(lambda found: found["words"], _OLD.sub("", _OLD_BLOCK.sub("", source)))
