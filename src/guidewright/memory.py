"""What was made before is not made again where its inputs are the same: for commands that stay up.

Whatever is derived is pure, so remembering changes no result, only how soon it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Remember(Protocol):
    """Return what ``make`` makes of the inputs, or what it made of equal ones the last time under this key."""

    def __call__(self, key: Hashable, inputs: tuple[Any, ...], make: Callable[[], T]) -> T: ...


def afresh(key: Hashable, inputs: tuple[Any, ...], make: Callable[[], T]) -> T:  # noqa: ARG001
    """Remember nothing: what a command does that ends."""
    return make()


@dataclass(kw_only=True, slots=True)
class Memory:
    """The last inputs and result of each key. What raises is not remembered."""

    kept: dict[Hashable, tuple[tuple[Any, ...], Any]] = field(default_factory=dict)

    def __call__(self, key: Hashable, inputs: tuple[Any, ...], make: Callable[[], T]) -> T:
        found = self.kept.get(key)
        if found is None or found[0] != inputs:
            found = self.kept[key] = (inputs, make())
        result: T = found[1]
        return result

    def forget(self) -> None:
        """Make everything anew: templates or code may have changed, which are no input."""
        self.kept.clear()
