"""Which versions the machines of a cluster must have in common."""

from __future__ import annotations

import platform

import pytest

from guidewright.errors import WRONG_USE, InputError
from guidewright.execute.versions import closure, differences, versions
from guidewright.settings import parse_scheduler

HERE = {"Python": "3.11.7", "keras": "3.15.1", "torch": "2.13.0+cpu"}


def test_what_carries_jobs_and_all_that_the_named_bring_in_is_compared() -> None:
    found = closure(["ipykernel", "no-such-distribution"])
    assert {"distributed", "ipykernel", "jupyter-client", "pyzmq", "tornado", "traitlets"} <= set(found)
    assert found == sorted(found)


def test_versions_are_those_of_what_is_installed_and_of_python_and_our_own_code() -> None:
    found = versions(["packaging", "no-such-distribution"])
    assert list(found) == ["Python", "Guidewright", "packaging"]
    assert found["Python"] == platform.python_version()
    assert "(code " in found["Guidewright"]


def test_equal_versions_builds_of_one_release_and_what_is_missing_do_not_differ() -> None:
    there = {"one": HERE, "two": {**HERE, "torch": "2.13.0+cu130"}, "bare": {"Python": "3.11.7"}}
    assert differences(HERE, there) == []


def test_a_difference_names_both_sides() -> None:
    found = differences(HERE, {"one": {**HERE, "keras": "3.15.0"}, "two": HERE})
    assert found == ["keras is 3.15.0 on one, and 3.15.1 here"]


def test_workers_are_held_against_each_other_where_this_machine_has_nothing() -> None:
    found = differences(HERE, {"one": {"jax": "0.10.2"}, "two": {"jax": "0.10.1"}})
    assert found == ["jax is 0.10.1 on two, and 0.10.2 on one"]


@pytest.mark.parametrize(
    "text", ["local", "tcp://127.0.0.1:8786", "tls://host.example:1", "tcp://[::1]:65535"]
)
def test_what_names_a_scheduler(text: str) -> None:
    assert parse_scheduler(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "tcp", "tcp:/host:1", "tcp://host", "tcp://host:0", "tcp://host:65536", "http://host:1"),
        *("host:8786", "tcp://:8786", "tcp://host:1/path", "tcp://user@host:1", "tcp://ho st:1"),
        *("tcp://host:1\n", "LOCAL"),
    ],
)
def test_what_names_none_is_wrong_use(text: str) -> None:
    with pytest.raises(InputError, match="is no address of a scheduler") as found:
        parse_scheduler(text)
    assert found.value.exit_code == WRONG_USE
