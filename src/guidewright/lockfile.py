"""A lock file of requirements, as ``pip freeze`` or ``uv pip compile`` write it → the versions that it pins. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

Pins = Mapping[str, frozenset[str]]
"""Normalised name → the versions pinned: several where markers tell platforms apart."""

_COMMENT = re.compile(r"(^|\s)#.*$")
_OPTION = re.compile(r"\s--?[a-zA-Z].*$|\s*\\$")


def pins(text: str) -> dict[str, frozenset[str]]:
    """Return what ``name==version`` lines pin.

    Markers are passed over: a record may come from another platform than the site. Options, hashes, and requirements
    without one exact version pin nothing.
    """
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        words = _OPTION.sub("", _COMMENT.sub("", line).strip())
        try:
            requirement = Requirement(words)
        except InvalidRequirement:
            continue
        exact = [clause.version for clause in requirement.specifier if clause.operator in ("==", "===")]
        if len(exact) == 1 and not exact[0].endswith("*"):
            found.setdefault(canonicalize_name(requirement.name), set()).add(exact[0])
    return {name: frozenset(versions) for name, versions in found.items()}
