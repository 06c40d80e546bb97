"""Answers on disk, with their age: a link that led somewhere yesterday need not be asked for again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from guidewright.files import write_atomically
from guidewright.outside.probe import Answer

FILE = "answers.json"


def recall(folder: Path, *, now: float, age: float) -> dict[str, Answer]:
    """Return the fine answers that are at most so many seconds old; a file that cannot be read holds none."""
    try:
        entries = json.loads((folder / FILE).read_text("utf-8"))
        return {
            url: Answer(**entry["answer"])
            for url, entry in entries.items()
            if 0 <= now - entry["asked"] <= age and entry["answer"]["state"] == "fine"
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def remember(folder: Path, answers: Mapping[str, Answer], *, now: float) -> None:
    """Add fine answers to those on disk; what was broken or unknown is asked for again each time.

    Raises:
        OSError: the folder cannot be written.
    """
    try:
        entries = dict(json.loads((folder / FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        entries = {}
    for url, answer in answers.items():
        if answer.state == "fine":
            entries[url] = {"asked": now, "answer": asdict(answer)}
        else:
            entries.pop(url, None)
    text = json.dumps(entries, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_atomically(folder / FILE, text.encode())
