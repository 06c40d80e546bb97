"""What the figures of several machines are measured against."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.machines import reading, sharing


def best(seconds: list[float], count: int) -> float:
    """Return the length of the longest shard in the best of all ways to share out."""
    ways = product(range(count), repeat=len(seconds))
    return min(
        max(
            sum(one for one, place in zip(seconds, way, strict=True) if place == shard)
            for shard in range(count)
        )
        for way in ways
    )


@given(st.lists(st.floats(0.1, 1e4), min_size=1, max_size=6), st.integers(1, 3))
def test_no_way_of_sharing_out_beats_the_bound(seconds: list[float], count: int) -> None:
    assert sharing.bound(seconds, count) <= best(seconds, count) * (1 + 1e-9)


def test_the_figure_is_the_longest_shard_over_the_bound() -> None:
    # LPT puts 5+2+2 beside 4+3: the best is 8+8.
    assert sharing.ratio([5, 4, 3, 2, 2], 2) == 9 / 8
    assert sharing.ratio([4, 4], 2) == 1


def test_records_are_read_from_a_server_that_answers_late() -> None:
    found = reading.measured(records=3, latency=0.05, repeats=2)
    assert found["records"] == 3
    assert len(found["seconds"]) == 2
    assert min(found["seconds"]) >= 0.1, "the index, then the files"
