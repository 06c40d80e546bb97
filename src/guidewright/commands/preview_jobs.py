"""Which jobs an edit calls for: those that are other jobs than they were when they were last looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from guidewright import datasets
from guidewright.commands.preview_shown import Choice
from guidewright.commands.project import Project
from guidewright.commands.rerun import Key, Rerun
from guidewright.memory import Memory
from guidewright.model import PROFILES, BackendName, Guide, Job
from guidewright.plan import make_job
from guidewright.settings import Settings


@dataclass(kw_only=True, slots=True)
class Edits:
    """What each job would have run when it was last looked at."""

    choice: Choice
    memory: Memory
    seen: dict[Key, object] = field(default_factory=dict)
    """Fingerprints, in either profile."""

    def look(self, project: Project, rerun: Rerun) -> None:
        """Have run what an edit made another job of; and what was named and is not proven, at the start."""
        known = digests(project.settings)
        for guide in project.library.guides:
            jobs = {
                name: self._jobs(project, guide, name, known)
                for name in guide.header.backends
                if self.choice.runs(guide, name)
            }
            edited = [name for name, found in jobs.items() if self._edited((guide.slug, name), found)]
            undone = [name for name in edited if _proven(project, jobs[name])]
            wanted = [name for name in edited if name not in undone]
            if undone:
                rerun.drop([(guide.slug, name) for name in undone])
            if wanted:
                rerun.want(guide.slug, wanted)

    def _jobs(self, project: Project, guide: Guide, name: BackendName, known: dict[str, str]) -> list[Job]:
        backend = project.settings.backends[name]
        inputs = (guide, backend, tuple(known[dataset] for dataset in guide.header.datasets))
        return self.memory(
            ("jobs", guide.slug, name),
            inputs,
            lambda: [make_job(guide, backend, profile, known) for profile in PROFILES],
        )

    def _edited(self, key: Key, jobs: Sequence[Job]) -> bool:
        """Tell whether jobs are not what they were; a new guide's are, where guides were named."""
        before, now = self.seen.get(key), [job.fingerprint for job in jobs]
        self.seen[key] = now
        return bool(self.choice.selection.patterns) if before is None else before != now


def digests(settings: Settings) -> dict[str, str]:
    """Return what the fingerprints of jobs hold of the datasets."""
    return {name: datasets.digest(dataset) for name, dataset in settings.datasets.items()}


def _proven(project: Project, jobs: Sequence[Job]) -> bool:
    """Tell whether there is a record of exactly this, in either profile: then nothing is run for it."""
    found = [(job, project.job(job).match) for job in jobs]
    return any(match and match.fingerprint == job.fingerprint for job, match in found)
