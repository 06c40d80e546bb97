"""Which test files share a process, where several run side by side, and which come first.

The tests of a file share one. So do files that would disturb each other, or would do the same work twice.
"""

from __future__ import annotations

from pathlib import PurePath

CHECKOUT = "what runs in this checkout, or reads what that writes into its .guidewright"
OWN_SITE = "what looks at our own site, which is built once"
GROUPS = {
    CHECKOUT: (
        "tests/e2e/test_keras_guide.py",
        "tests/e2e/test_library_proven.py",
        "tests/e2e/test_mutations.py",
        "tests/unit/test_check.py",
    ),
    OWN_SITE: (
        "tests/e2e/test_accessibility.py",
        "tests/e2e/test_finding.py",
        "tests/e2e/test_korean_site.py",
        "tests/e2e/test_screenshots.py",
    ),
}
FOLDERS = ("slow", "e2e", "unit", "house")
"""Those whose files take longest are first."""


def group(file: str) -> str:
    """Return the group of a test file, given as pytest names it: its own where it is in none."""
    return next((name for name, files in GROUPS.items() if file in files), file)


def turn(path: PurePath) -> tuple[int, int]:
    """Return what to sort test files by: the groups, which take longer than any file alone, then the folders."""
    groups = [path.as_posix().endswith(files) for files in GROUPS.values()]
    folder = FOLDERS.index(path.parent.name) if path.parent.name in FOLDERS else 0
    return groups.index(True) if True in groups else len(groups), folder
