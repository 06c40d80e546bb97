"""Every text that Guidewright itself puts on a page, by name; a :class:`Language` has the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        # the head of a page
        "colab": "Open in Colab",
        "source": "Source on GitHub",
        "notebook": "Download notebook",
        "executed": "Notebook with outputs",
        "script": "Download .py",
        "read_online": "Read this guide on the site",
        # the choice of backend, and the offer of a language
        "backend": "Backend",
        "backend_lacking": "{chosen}: this guide does not cover it, and shows {labels}. Your choice is kept for other "
        "guides.",
        "offer": "This page can also be read in {language}.",
        "offer_close": "Close, and do not offer it again",
        # the proof line
        "quick_mark": "(quick run)",
        "quick_all": "quick run",
        "elsewhere_mark": "(proven on {device}, {date})",
        "nothing_mark": "– not proven yet",
        "checks_none": "no checks",
        "checks_one": "1 check",
        "checks_many": "{count} checks",
        "checks_range": "{least}–{most} checks",
        "date": "{year}-{month:02}-{day:02}",
        # translated pages
        "old_translation": "Translation of the former text",
        "untranslated_page": "This page is not translated into {language} yet, and is shown in English.",
        "stale_page": "The English has changed in {count} places since they were translated. There you read today's "
        "English, with the former translation folded under it.",
        "stale_page_one": "The English has changed in one place since it was translated. There you read today's English, "
        "with the former translation folded under it.",
        "missing_page_one": "One passage is not translated yet, and is in English.",
        "missing_page": "{count} passages are not translated yet, and are in English.",
        "checked_page": "Last checked against the English on {date}.",
        "english_page": "Read the English page",
        "copyright": "Every code cell was run before it was published.",
        # what a reader may write back
        "report": "Report a problem",
        "catalog": "Improve this translation",
        # how long a run took
        "seconds": "{count} s",
        "seconds_minutes": "{count} s (about {minutes} minutes)",
        "seconds_hours": "{count} s (about {hours} hours)",
        # notices
        "quick_page": "{labels}: these outputs are from a quick run, with less data and less training than the code on "
        "this page asks for. A full run is still to come.",
        "elsewhere_page": "{labels}: proven on {device} with {versions}, {date}. The project has moved on to other "
        "versions since, and this guide has not been run in full on them.",
        "nothing_page": "{labels}: this guide has not been proven yet. The code is shown as it would run.",
        "quick_output": "From a quick run: less data and training than the code asks for.",
        "elsewhere_output": "From {device}, {date}, with {versions}.",
        "nothing_output": "Not proven on {labels} yet, so there is no output to show.",
        "nothing_shared": "Not proven on {labels} yet.",
        "skipped_output": "This cell was left out of the run: {missing} is not installed there.",
        "skipped_output_unknown": "This cell was left out of the run.",
        "no_output": "No output.",
        # data
        "data_package": "`{file}` was read from {source}, which ships the same data as the original file (digests checked).",
        "data_original": "`{file}` was downloaded from its original address, <{source}> (digest checked).",
        "data_only_on": "On {labels}: {sentence}",
        # cells
        "output": "Output",
        "output_lines": "Output, {count} lines",
        "output_by_backend": "Output, by backend",
        "code": "Code",
        "figure": "Figure made by the code above",
        "figure_words_on": "{words} ({label})",
        "figure_on": "Figure made by the code above, on {label}",
        # the proof in detail
        "proof_title": "How this page was proven",
        "proof_lead": "Every code cell of this guide was run from top to bottom, on each backend on its own. "
        "A check is an assertion on the results that readers do not see.",
        "proof_parity": "Of the {count} cells compared across backends, {alike} gave the same output and {varies} did not.",
        "proof_backend": "Backend",
        "proof_profile": "Run",
        "profile_full": "full",
        "profile_quick": "quick",
        "profile_none": "not proven yet",
        "proof_python": "Python",
        "proof_platform": "Platform",
        "proof_device": "Device",
        "proof_cores": "Cores",
        # Where a record comes from: a digest of the code and data that were run, the commit, and what ran it.
        "proof_inputs": "Digest of the inputs",
        "proof_commit": "Commit",
        "proof_dirty": "{commit}, with edits",
        "proof_runner": "Run by",
        "proof_local": "a local machine",
        "proof_seconds": "Ran for",
        "proof_date": "Date",
        "proof_checks": "Checks",
        "proof_skipped": "Cells left out",
        # the badge
        "badge_title": "Badge",
        "badge_name": "proven on",
        "badge_quick": "quick run",
        "badge_partly": "partly proven",
        "badge_partly_quick": "partly a quick run",
        "badge_moved": "older versions",
        # parity page
        "parity": "Parity",
        "parity_title": "Parity: every guide on every backend",
        "parity_lead": "Each guide is run on every backend that it claims. This page shows the newest proof of each.",
        "parity_guide": "Guide",
        "parity_unclaimed": "—",
        "parity_nothing": "not proven yet",
        "parity_failed": "✗ failed",
        "parity_errored": "✗ could not be run",
        "parity_cell": "✓ {version}",
        "parity_run": "{profile} · {seconds} s",
        "finding_undeclared": "differs between backends without the tag 'varies': {difference}",
        "finding_needless": "is tagged 'varies', and does not differ",
        # the first difference of two backends' outputs; {first} and {second} are what they show
        "difference_missing": "{other} shows no output; {one} shows {first}",
        "difference_only": "only {one} shows {first}",
        "difference_kinds": "{one} shows {first}, {other} shows {second}",
        "difference_line": "line {line}: {first}, {second}",
        "difference_number": "line {line}: {one} {first}, {other} {second} in '{context}'",
        "difference_blanks": "line {line}: only the blanks differ in '{context}'",
        "difference_format": "{one} shows {first}, {other} shows {second}",
        "difference_size": "image size: {one} {first}, {other} {second}",
        "difference_picture": "images of {one} and {other} differ by {mean} on average, {most} at most",
        "difference_undecodable": "an image cannot be decoded: {context}",
        "side_line": "{label} '{words}'",
        "side_no_line": "{label} has no such line",
        "side_quoted": "{kind}: '{words}'",
        "shown_text": "text",
        "shown_stderr": "stderr",
        "shown_result": "a result",
        "shown_error": "an error",
        "shown_html": "HTML",
        "shown_image": "an image",
        "parity_moved": "⚠ older versions",
        "parity_differ": "differing cells: {differ} of {count}",
        "parity_alike": "no cell differs",
        "parity_json": "The same for machines",
        "cell_place": "line {line}, cell `{cell}`",
        "differences_title": "Where the backends differ",
        "differences_lead": "Every cell whose output is not the same, beyond its tolerance, with the first difference. "
        "The links open the cell's output.",
        "differences_none": "Nowhere: every cell gave the same output on each backend.",
        "findings_title": "Differences to look at",
        "findings_lead": "Outputs that differ between backends though the guide does not say so, and the other way round.",
        "findings_none": "None: every difference between backends is one that the guide announces.",
        "failures_title": "Failures",
        # the project's documentation
        "documentation": "Documentation",
        # the API
        "api": "API",
        "api_used": "API used in this guide",
        "api_used_lead": "What the code above uses of {package}. A name leads to the page that documents it, a module to "
        "the other guides that use it.",
        "api_title": "API → guides",
        "api_lead": "Every public name of {package} that the code of a guide uses, by module, with the guides that use it. "
        "A name leads to the page that documents it.",
        "api_also": "(also as {names})",
        # home and index
        "home": "Home",
        "guides": "Guides",
        "home_title": "Guides that are run before they are read",
        "home_lead": "Every code cell of every guide was executed, from top to bottom, on every backend that the guide "
        "claims. What you read as output is what came out.",
        "home_figures": "{guides} guides ✓ {runs} full runs ✓ {checks} checks ✓ · newest run {date}",
        "home_start": "Start with the first guide",
        "home_parity": "See every guide on every backend",
        "home_proven": "Proven on every backend",
        "home_proven_words": "What all backends agree on is shown once; where they differ, choose yours once and see it "
        "on every page.",
        "home_told": "With the evidence on the page",
        "home_told_words": "Versions, device, date and the number of checks stand under each title. A guide that fails is "
        "told of, not hidden.",
        "home_once": "Yours to run",
        "home_once_words": "Each guide is a notebook for Colab and a plain Python file, made from the run that you see, in "
        "every language.",
        "home_guides": "The guides",
        "guides_lead": "All guides, by category.",
        "category_lead": "{count} guides, in the order in which they are best read.",
        "minutes_one": "Runs in about a minute",
        "minutes_many": "Runs in about {count} minutes",
        "hours_many": "Runs in about {count} hours",
        "accelerator_none": "a CPU is enough",
        "accelerator_gpu": "a GPU helps",
        "no_guides": "No guide has been proven yet.",
        "proven_on": "Proven on {labels}",
        "proven_quick": "Quick run on {labels}",
        # tags and related guides
        "tags": "Tags",
        "tags_lead": "All guides, by what they are about.",
        "related": "Related guides",
        # addresses where nothing is, or no longer is
        "not_found": "There is no page here",
        "not_found_lead": "The address may be misspelt, or the page may have gone.",
        "not_found_search": "Search the guides",
        "not_found_button": "Search",
        "not_found_home": "To the home page",
        "moved": "This page has moved",
        "moved_lead": "It is now here:",
        # for machines
        "home_tagline": "Guides that are run before they are read",
        "feed_title": "{name}: changed guides",
        "llms_note": "Each guide is linked as plain Markdown, with its code and with what it printed on each backend.",
        "plain_from": "The page with notebooks to run: {url}",
        # notebooks
        "colab_comment": "In Colab only: installs what this guide was proven with. Elsewhere this cell does nothing.",
        "colab_version": "{label} {{found}} (this guide was proven with {proven})",
        "colab_version_unproven": "{label} {{found}}",
        "colab_missing": "not installed",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """What a page is written in: its code, and the interface texts that there are in it."""

    code: str = "en"
    name: str = "English"
    """What its readers call it."""
    english_name: str = "English"
    direction: str = "ltr"
    texts: Mapping[str, str] = field(default_factory=dict)
    """By name; a text that is missing is English."""


EN = Language()


def text(name: str, language: Language = EN, /, **values: object) -> str:
    """Return one interface text with its values filled in; English where the language has none.

    Raises:
        KeyError: the name is not known, or a value is missing.
    """
    return (language.texts.get(name) or TEXTS[name]).format(**values)


def ticked(words: str) -> str:
    """Keep ticks on the line of what they are said of: a no-break space before each."""
    return words.replace(" ✓", "\N{NO-BREAK SPACE}✓")


def checks(counts: list[int], language: Language = EN) -> str:
    """Say how many checks ran; a range where the backends' counts differ."""
    least, most = (min(counts), max(counts)) if counts else (0, 0)
    if least != most:
        return text("checks_range", language, least=least, most=most)
    name = {0: "checks_none", 1: "checks_one"}.get(most, "checks_many")
    return text(name, language, count=most)
