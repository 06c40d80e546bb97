"""``guidewright serve``: the site on this machine, kept in step with the files, until Ctrl-C."""

from __future__ import annotations

import tempfile
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import click

from guidewright.commands.preview import TEMPLATES, Session
from guidewright.commands.preview_shown import Choice
from guidewright.errors import FINE, InputError, Problem
from guidewright.plan import Selection
from guidewright.serve.server import Server, Site
from guidewright.serve.watch import Watch
from guidewright.settings import FILE, Settings, load
from guidewright.site.config import ROOT_CONFIG
from guidewright.site.engines import MKDOCS


def serve(
    root: Path, selection: Selection, *, languages: Sequence[str], port: int, run: bool, open_: bool = False
) -> int:
    """Serve until interrupted; return the exit code.

    Raises:
        InputError: the settings are wrong, or a selector or a language names nothing.
        CannotRunError: the port is in use, or MkDocs is not installed.
    """
    MKDOCS.require()
    settings = load(root)
    choice = Choice(selection=selection, languages=_languages(settings, languages), run=run)
    with tempfile.TemporaryDirectory(prefix="guidewright-serve-", ignore_cleanup_errors=True) as folder:
        session = Session(root=root, folder=Path(folder).resolve(), choice=choice)
        site = Site(answer=session.answer, state=session.state, looked_at=session.looked_at)
        with Server(port, site, session.hub) as server:
            session.url = server.url
            click.echo("reading the guides", err=True)
            session.read()
            session.whole.project.jobs(replace(selection, profile="quick"))  # says what names nothing
            with _up(session, settings, server), suppress(KeyboardInterrupt):
                url = _address(session, server.url, languages)
                click.echo(f"serving {url} – Ctrl-C ends it")
                if open_:
                    webbrowser.open(url)
                threading.Event().wait()
    click.echo("ended", err=True)
    return FINE


@contextmanager
def _up(session: Session, settings: Settings, server: Server) -> Iterator[None]:
    """Have everything run beside this thread; and end it, kernels first."""
    watch = _watch(session.root, settings)
    session.told_of_files = watch.changed.set
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            touched = watch.wait()
            if not ended.is_set():
                session.refresh(touched)

    threads = [
        threading.Thread(target=look, name="files", daemon=True),
        threading.Thread(target=server.serve_forever, name="server", args=(0.1,), daemon=True),
    ]
    watch.start()
    watch.changed.set()  # what was saved while the guides were read
    session.rerun.start()
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        session.rerun.end()
        session.hub.close()
        server.shutdown()
        watch.stop()


def _watch(root: Path, settings: Settings) -> Watch:
    files = [root / FILE, root / ROOT_CONFIG, *([settings.lock] if settings.lock else [])]
    folders = [settings.guides, *TEMPLATES]
    for other in filter(None, (settings.locales, settings.records, settings.documentation)):
        if not other.is_relative_to(settings.guides):
            folders.append(other)
    return Watch(folders, files, _passing)


def _passing(path: Path) -> bool:
    """Tell the files that editors and this program write on the way to another."""
    return path.name.startswith((".", "#")) or path.name.endswith(("~", ".part", ".swp", ".pyc"))


def _languages(settings: Settings, wanted: Sequence[str]) -> tuple[str, ...] | None:
    unknown = [code for code in wanted if code not in ("en", *settings.languages)]
    if unknown:
        hint = f"the settings have: {', '.join(['en', *settings.languages])}"
        raise InputError([Problem(message=f"there is no language '{code}'", hint=hint) for code in unknown])
    return tuple(code for code in settings.languages if code in wanted) if wanted else None


def _address(session: Session, url: str, languages: Sequence[str]) -> str:
    """Return the page to begin with: the one guide that was named, in the first language that was."""
    folder = f"{languages[0]}/" if languages and languages[0] != "en" else ""
    chosen = session.choice.selection
    jobs = session.whole.project.jobs(replace(chosen, profile="quick")) if chosen.patterns else []
    slugs = list(dict.fromkeys(job.slug for job in jobs))
    place = f"guides/{slugs[0]}/" if len(slugs) == 1 else ""
    query = f"?backend={chosen.backends[0]}" if chosen.backends else ""
    return f"{url}{folder}{place}{query}"
