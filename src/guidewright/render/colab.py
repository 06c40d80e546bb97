"""The notebook's first code cell, which does something in Colab only."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from guidewright.model import BackendView, Guide
from guidewright.render.addresses import SiteInfo
from guidewright.render.interface import EN, Language, text
from guidewright.render.proof import own_version


def source(guide: Guide, view: BackendView, *, site: SiteInfo, language: Language = EN) -> str:
    """Return the code: it installs the proven versions in Colab, and leaves Colab's own backend builds alone."""
    wanted = [*(_pinned(name, view) for name in site.colab_install), *_extra(guide, site)]
    lines = [f"# {text('colab_comment', language)}", "import sys", "", 'if "google.colab" in sys.modules:']
    if wanted:
        lines += ["    import subprocess", ""]
        lines += [f'    pip = [sys.executable, "-m", "pip", "install", "--quiet", {_strings(wanted)}]']
        lines += ["    subprocess.run(pip, check=True)", ""]
    lines += _version_lines(view, site, language)
    return "\n".join(lines)


def _version_lines(view: BackendView, site: SiteInfo, language: Language) -> list[str]:
    proven = own_version(view) if view.record else ""
    name = "colab_version" if proven else "colab_version_unproven"
    message = text(name, language, label=view.label, proven=proven)
    names = site.distributions.get(view.backend) or (view.backend,)
    return [
        "    from importlib.metadata import PackageNotFoundError, version",
        "",
        f"    found = {_string(text('colab_missing', language))}",
        f"    for name in ({_strings(names)},):",
        "        try:",
        "            found = version(name)",
        "            break",
        "        except PackageNotFoundError:",
        "            pass",
        f"    print({_string(message)}.format(found=found))",
    ]


def _pinned(name: str, view: BackendView) -> str:
    versions = view.record.environment.distributions if view.record else {}
    version = versions.get(name) or versions.get(canonicalize_name(name))
    return f"{name}=={version}" if version else name


def _extra(guide: Guide, site: SiteInfo) -> list[str]:
    """The header's ``requires`` that are no backend, nor a distribution of one."""
    own = {*site.labels, *(name for names in site.distributions.values() for name in names)}
    own = {canonicalize_name(name) for name in {*own, *site.colab_install}}
    return [want for want in guide.header.requires if canonicalize_name(_name(want)) not in own]


def _name(requirement: str) -> str:
    try:
        return Requirement(requirement).name
    except InvalidRequirement:
        return requirement


def _string(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _strings(words: Iterable[str]) -> str:
    return ", ".join(map(_string, words))
