"""``guidewright inventory``: the public names of the package that the guides teach, written from the installed one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import click

from guidewright.api import inventory
from guidewright.api.reference import shown
from guidewright.errors import FINE, GUIDE_FAILED, CannotRunError, InputError, Problem
from guidewright.files import write_atomically
from guidewright.settings import FILE, Api, Settings


def write(settings: Settings, *, check: bool) -> int:
    """Write the inventory, or with ``check`` only compare; return 1 where it differs then, else 0.

    Raises:
        InputError: the settings name no collector.
        CannotRunError: the collector failed, or the file cannot be written.
    """
    api = settings.api
    if api is None or not api.collector:
        hint = "name the package, and a module that prints its inventory: collector = …"
        raise InputError(Problem(path=FILE, message="[tool.guidewright.api] names no collector", hint=hint))
    text = collected(api)
    path = shown(api.inventory, settings)
    counts = _counts(inventory.parse(text))
    if check:
        same = api.inventory.is_file() and api.inventory.read_bytes() == text.encode()
        click.echo(f"{path} {'is that of' if same else 'is not that of the installed'} {counts}")
        return FINE if same else GUIDE_FAILED
    try:
        changed = write_atomically(api.inventory, text.encode())
    except OSError as error:
        raise CannotRunError(Problem(path=path, message=f"cannot be written: {error.strerror}")) from error
    click.echo(f"{'wrote' if changed else 'unchanged:'} {path}, {counts}")
    return FINE


def collected(api: Api) -> str:
    """Run the collector in a process of its own, and return the inventory as its file has it.

    Raises:
        CannotRunError: it failed, or what it printed is no inventory of the package.
    """
    done = subprocess.run(
        [sys.executable, "-P", "-m", api.collector],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        message = f"{api.collector} ended with {done.returncode}: {last}"
        raise CannotRunError(Problem(message=message, hint=f"install {api.package} and what it needs"))
    try:
        document: Mapping[str, Any] = json.loads(done.stdout)
        text = inventory.dump(document)
        found = inventory.parse(text)
    except (ValueError, AttributeError) as error:
        message = f"{api.collector} printed no inventory: {error}"
        raise CannotRunError(Problem(message=message, hint="mend the collector")) from error
    if found.package != api.package:
        message = f"{api.collector} printed the inventory of '{found.package}', not of '{api.package}'"
        raise CannotRunError(Problem(message=message, hint=f"mend [tool.guidewright.api] in {FILE}"))
    return text


def _counts(found: inventory.Inventory) -> str:
    kinds = list(found.kinds.values())
    members = sum(map(len, found.members.values()))
    return (
        f"{found.package} {found.version}: {kinds.count('module')} modules, {kinds.count('class')} classes with "
        f"{members} members of their own, {kinds.count('function')} functions, {len(found.aliases)} aliases"
    )
