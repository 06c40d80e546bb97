"""The datasets that jobs declare, fetched before the jobs run; progress is shown."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from guidewright import datasets
from guidewright.commands.console import plain
from guidewright.commands.report import Report
from guidewright.errors import DatasetError
from guidewright.execute.kernel import DatasetFile
from guidewright.model import PlannedJob
from guidewright.settings import Settings


def fetch(
    settings: Settings, wanted: Sequence[PlannedJob], console: Console, report: Report
) -> dict[str, DatasetFile]:
    """Return each declared dataset that could be had; jobs of the others are noted as not run."""
    files: dict[str, DatasetFile] = {}
    for name in sorted({name for entry in wanted for name in entry.job.datasets}):
        try:
            files[name] = _resolve(name, settings, console)
        except DatasetError as error:
            for entry in wanted:
                if name in entry.job.datasets:
                    report.not_run.setdefault(entry.job.name, []).extend(error.problems)
    return files


def _resolve(name: str, settings: Settings, console: Console) -> DatasetFile:
    dataset = settings.datasets[name]
    is_new = not datasets.location(dataset, settings.cache).exists()
    if is_new:
        console.print(f"  fetching dataset {name}")
    columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_interactive) as bars:
        task = bars.add_task(f"dataset {name}", total=None, visible=False)

        def progressed(_name: str, done: int, total: int | None) -> None:
            bars.update(task, completed=done, total=total, visible=True)

        found = datasets.resolve(dataset, settings.cache, report=progressed)
    if is_new:
        console.print(f"  dataset {name} from {plain(found.source)}")
    return DatasetFile(
        name=name,
        file=found.file,
        url=found.url,
        path=str(found.path),
        source=found.source,
        digest=found.digest,
    )
