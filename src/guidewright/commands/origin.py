"""Where a run's records come from: the commit, and who runs it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from guidewright import gitinfo
from guidewright.model import Origin
from guidewright.settings import Settings


def origin(settings: Settings, pins: tuple[str, ...] = (), environ: Mapping[str, str] = os.environ) -> Origin:
    """Return the origin of what is run here now; the variables are those of GitHub Actions, and ``CI`` of any other.

    No host's and no user's name is noted, but what GitHub calls its runner.
    """
    commit, dirty = gitinfo.head(settings.root, settings.records)
    if environ.get("GITHUB_ACTIONS") == "true":
        name = environ.get("RUNNER_NAME", "")
        server, repository = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
        known = server and repository and environ.get("GITHUB_RUN_ID")
        run = f"{server}/{repository}/actions/runs/{environ['GITHUB_RUN_ID']}" if known else ""
        return Origin(
            commit=commit,
            dirty=dirty,
            runner=f"GitHub Actions: {name}" if name else "GitHub Actions",
            run=run,
            pins=pins,
        )
    ci = environ.get("CI", "") not in ("", "0", "false")
    return Origin(commit=commit, dirty=dirty, runner="CI" if ci else "local", pins=pins)
