"""GitHub's issues: the one seam to it, through ``gh``, which has the token in its environment."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from guidewright.errors import CannotRunError
from guidewright.upstream import LABEL, Issue

Shell = Callable[[Sequence[str], str], str]
"""Runs a command with an input, and returns what it printed."""


class Issues(Protocol):
    """A repository's issues with the label :data:`guidewright.upstream.LABEL`."""

    def opened(self) -> list[Issue]: ...

    def open(self, title: str, body: str) -> None: ...

    def update(self, number: int, body: str) -> None: ...

    def close(self, number: int, comment: str) -> None: ...


def gh(arguments: Sequence[str], text: str) -> str:
    """Run GitHub's command-line program.

    Raises:
        CannotRunError: there is none here, or GitHub refused.
    """
    try:
        done = subprocess.run(["gh", *arguments], input=text, text=True, capture_output=True, check=False)
    except OSError as error:
        hint = "install gh, from https://cli.github.com"
        raise CannotRunError("the program 'gh' cannot be started", hint=hint) from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        message = f"GitHub refused 'gh {' '.join(arguments[:2])}': {said[-1] if said else 'no reason given'}"
        raise CannotRunError(
            message, hint="look at the token in GH_TOKEN: it has to be allowed to write issues"
        )
    return done.stdout


@dataclass(frozen=True, kw_only=True, slots=True)
class GitHub:
    """The issues of a repository on GitHub."""

    repository: str
    """``owner/name``"""
    shell: Shell = gh

    def opened(self) -> list[Issue]:
        wanted = ["--state", "open", "--limit", "1000", "--json", "number,body"]
        found = json.loads(self._issue("list", "--label", LABEL, *wanted))
        return [Issue(number=row["number"], body=row["body"].replace("\r\n", "\n")) for row in found]

    def open(self, title: str, body: str) -> None:
        about = ["--description", "A guide fails with what is about to be released", "--force"]
        self.shell(["label", "create", LABEL, "--repo", self.repository, *about], "")
        self._issue("create", "--label", LABEL, "--title", title, "--body-file", "-", text=body)

    def update(self, number: int, body: str) -> None:
        self._issue("edit", str(number), "--body-file", "-", text=body)

    def close(self, number: int, comment: str) -> None:
        self._issue("close", str(number), "--comment", comment)

    def _issue(self, *arguments: str, text: str = "") -> str:
        command, *rest = arguments
        return self.shell(["issue", command, "--repo", self.repository, *rest], text)
