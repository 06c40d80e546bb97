"""What every command begins with: settings, library, store, machine, and the plan made from them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from guidewright import datasets, gitinfo
from guidewright.api import reference as api
from guidewright.errors import Problem, SelectorError
from guidewright.execute import environment as env
from guidewright.files import signature
from guidewright.memory import Remember, afresh
from guidewright.model import Job, PlannedJob, Record
from guidewright.plan import Difference, Known, Selection, aligned, make_job, plan, select
from guidewright.settings import FILE, Settings, load
from guidewright.source import library
from guidewright.store import Store, shared


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    settings: Settings
    library: library.Library
    store: Store
    machine: env.Machine
    reference: api.Reference | None = None
    """What the guides' names of the package they teach are looked up in."""
    machines: tuple[env.Machine, ...] = ()
    """What jobs may run on, where that is not this machine."""
    pins: tuple[str, ...] = ()
    """The requirements that this environment has in place of the project's own: ``--with``."""
    damaged: dict[str, Problem] = field(default_factory=dict)
    """Damaged records met so far, and what shared stores did wrong, by message."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Path → SHA-256 of the files that settings and reference were read from, as they were then."""
    down: set[str] = field(default_factory=set)
    """Shared stores that could not be asked; nobody waits for them twice in one command."""

    def job(self, job: Job) -> Known:
        """Look a job up in the store, and keep what was damaged for the report."""
        found = self.store.find(job)
        self.damaged.update((str(problem), problem) for problem in found.damaged)
        return Known(
            match=found.match and aligned(found.match, job),
            passed=found.passed and aligned(found.passed, job),
            newest=found.newest,
        )

    def difference(self, record: Record) -> str:
        """Say how what jobs would run on differs from where a record was made; empty where one machine does not."""
        found = [
            env.difference(record, machine, _version, env.find_program)
            for machine in self.machines or (self.machine,)
        ]
        return found[0] if all(found) else ""

    def jobs(self, selection: Selection) -> list[Job]:
        """Return the jobs selected.

        Raises:
            SelectorError: a selector matches nothing.
        """
        digests = {name: datasets.digest(dataset) for name, dataset in self.settings.datasets.items()}
        try:
            chosen = select(self.library.guides, self.settings.backends, selection)
        except SelectorError as error:  # the guide that was meant may be one that cannot be read
            raise SelectorError([*self.library.errors, *error.problems]) from None
        return [make_job(guide, backend, profile, digests) for guide, backend, profile in chosen]

    def bring(self, jobs: Iterable[Job]) -> None:
        """Read records of full runs that are not at hand from the shared stores, and keep for the report what they did wrong."""
        stores = [address for address in self.settings.stores if address not in self.down]
        if not stores:
            return
        wanted = [job for job in jobs if job.profile == "full" and not self.store.find(job).passed]
        problems = shared.bring(wanted, stores, self.settings.cache)
        self.down.update(problem.path for problem in problems if problem.path in stores)
        self.damaged.update((str(problem), problem) for problem in problems)

    def bring_all(self) -> None:
        """Do so for the whole library, as what builds the site wants it."""
        if self.settings.stores:
            self.bring(self.jobs(Selection(profile="full")))

    def plan(self, selection: Selection, difference: Difference | None = None) -> list[PlannedJob]:
        """Say of each job whether it runs; ``difference`` says how a record's environment differs from the one to run in."""
        jobs = self.jobs(selection)
        self.bring(jobs)
        return plan(jobs, selection, self.job, difference or self.difference)


_version = functools.cache(env.installed_version)


def open_project(root: Path) -> Project:
    """Read settings and library; the library's problems stay in it, for the command to report."""
    return project_of(load(root))


def project_of(settings: Settings, remember: Remember = afresh) -> Project:
    """Read the library that the settings name."""
    sources = _sources(settings)
    reference = _reference(settings, remember)
    return Project(
        sources=sources,
        settings=settings,
        library=library.load(settings, reference, remember),
        store=Store.of(settings),
        machine=env.this_machine(),
        reference=reference,
    )


def bare(settings: Settings) -> Project:
    """Return a project whose library is not read."""
    return Project(
        sources=_sources(settings),
        settings=settings,
        library=library.Library(guides=()),
        store=Store.of(settings),
        machine=env.this_machine(),
        reference=_reference(settings, afresh),
    )


def _sources(settings: Settings) -> Mapping[str, str]:
    files = (settings.api.inventory, settings.api.pages) if settings.api else ()
    found = {str(settings.root / FILE): settings.source}
    for file in files:
        with suppress(OSError):  # reading it as what it is says more
            found[str(file)] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def _reference(settings: Settings, remember: Remember) -> api.Reference | None:
    files = (settings.api.inventory, settings.api.pages) if settings.api else ()
    state = tuple(signature(file) for file in files)
    return remember("reference", (settings.api, state), lambda: api.load(settings))


def since(revision: str, project: Project) -> frozenset[str]:
    """Return the guides' files touched since a revision; all of them where the settings changed."""
    changed = gitinfo.changed_since(revision, project.settings.root)
    everything = frozenset(guide.path for guide in project.library.guides)
    return everything if FILE in changed else everything & changed
