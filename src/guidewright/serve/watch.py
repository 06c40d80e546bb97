"""Files that change → one call, soon after the last of a burst: editors save in several steps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import (
    EVENT_TYPE_CLOSED_NO_WRITE,
    EVENT_TYPE_OPENED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

QUIET_SECONDS = 0.05
"""How long nothing must change before it is told."""
_LOOKED_AT = (EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE)


class Watch(FileSystemEventHandler):
    """Sets ``changed`` whenever something below the folders, or one of the files, may have changed.

    An event is a hint only: who waits for it looks at the files themselves.
    """

    def __init__(
        self, folders: Iterable[Path], files: Iterable[Path], ignored: Callable[[Path], bool]
    ) -> None:
        self.changed = threading.Event()
        self.touched: set[Path] = set()
        self.folders, self.files, self.ignored = tuple(folders), frozenset(files), ignored
        self.observer = Observer()

    def start(self) -> None:
        for folder in self.folders:
            if folder.is_dir():
                self.observer.schedule(self, str(folder), recursive=True)
        for folder in sorted({file.parent for file in self.files}):
            self.observer.schedule(self, str(folder), recursive=False)
        self.observer.start()

    def stop(self) -> None:
        self.observer.stop()
        self.observer.join()
        self.changed.set()

    def wait(self) -> set[Path]:
        """Return when something has changed, and then nothing for a moment; the files, as far as they are known."""
        self.changed.wait()
        while self.changed.is_set():
            self.changed.clear()
            self.changed.wait(QUIET_SECONDS)
        found, self.touched = self.touched, set()
        return found

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _LOOKED_AT or (event.is_directory and event.event_type == "modified"):
            return
        places = [Path(str(place)) for place in (event.src_path, event.dest_path) if place]
        if counted := [place for place in places if self._counts(place)]:
            self.touched.update(counted)
            self.changed.set()

    def _counts(self, place: Path) -> bool:
        inside = any(folder in place.parents for folder in self.folders)
        return (inside or place in self.files) and not self.ignored(place)
