"""One writing command at a time in one checkout."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from filelock import FileLock

from guidewright.commands.lock import exclusive
from guidewright.errors import CannotRunError


def nobody(text: str) -> None:
    raise AssertionError(text)


def test_who_works_is_noted_and_the_note_goes_with_the_lock(tmp_path: Path) -> None:
    cache = tmp_path / "new" / "cache"
    with exclusive(cache, "run", nobody):
        assert (cache / "owner.txt").read_text().startswith("guidewright run (process ")
        assert FileLock(cache / "lock").is_locked is False
    assert not (cache / "owner.txt").exists()
    with exclusive(cache, "site", nobody):
        pass


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_the_lock_is_free_after_an_error(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), exclusive(tmp_path, "run", nobody):
        raise error
    with exclusive(tmp_path, "run", nobody):
        pass


def test_the_second_waits_says_for_whom_and_then_goes_on(tmp_path: Path) -> None:
    told: list[str] = []
    inside = threading.Event()
    order: list[str] = []

    def second() -> None:
        with exclusive(tmp_path, "site", lambda text: (told.append(text), inside.set())):
            order.append("second")

    with exclusive(tmp_path, "run", nobody):
        thread = threading.Thread(target=second)
        thread.start()
        assert inside.wait(30)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
    assert len(told) == 1
    assert told[0].startswith("waiting for guidewright run (process ")


def test_one_that_left_no_note_is_waited_for_all_the_same(tmp_path: Path) -> None:
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        held.release()

    with FileLock(tmp_path / "lock") as held, exclusive(tmp_path, "run", tell):
        pass
    assert told == ["waiting for another guidewright, which works in this checkout"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    with pytest.raises(CannotRunError) as error, exclusive(tmp_path / "cache", "run", nobody):
        pass
    (problem,) = error.value.problems
    assert problem.path == str(tmp_path / "cache")
    assert "cannot be written" in problem.message
