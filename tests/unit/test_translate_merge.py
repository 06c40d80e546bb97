"""A catalog follows its English, and never says of a translation that it is of other words."""

from __future__ import annotations

from dataclasses import replace

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from guidewright.translate.catalog import Catalog, Entry
from guidewright.translate.merge import merge
from guidewright.translate.units import Unit, units


def of(*messages: str | tuple[str, str]) -> list[Unit]:
    """Make units: a plain text is a paragraph, a pair is kind and text."""
    pairs = [("paragraph", one) if isinstance(one, str) else one for one in messages]
    return [Unit(text=text, kind=kind) for kind, text in pairs]


def done(found: list[Unit]) -> Catalog:
    """A catalog in which each message is translated as itself in brackets."""
    catalog = merge(Catalog(language="ko"), found)
    return replace(catalog, entries=tuple(replace(e, msgstr=f"[{e.msgid}]") for e in catalog.entries))


def states(catalog: Catalog) -> dict[str, tuple[str, bool]]:
    return {entry.msgid: (entry.msgstr, entry.fuzzy) for entry in catalog.entries}


ENGLISH = of(
    ("heading", "Introduction"),
    "We load the data first.",
    "Create a Dataset",
    ("heading", "Training"),
    ("comment", "For speed"),
    "It trains for one epoch.",
    "Then it is evaluated on data that it has not seen.",
)


def test_a_catalog_has_todays_messages_in_their_order_each_once() -> None:
    merged = merge(done(ENGLISH), [*ENGLISH, ENGLISH[1]])
    assert [entry.key for entry in merged.entries] == [unit.key for unit in ENGLISH]


def test_merging_twice_is_merging_once() -> None:
    changed = [*ENGLISH[:1], *of("We load all of the data first."), *ENGLISH[2:5]]
    once = merge(done(ENGLISH), changed)
    assert merge(once, changed) == once


def test_moving_a_section_makes_nothing_fuzzy() -> None:
    before = done(ENGLISH)
    after = merge(before, [*ENGLISH[3:], *ENGLISH[:3]])
    assert states(after) == states(before)
    assert after.obsolete == ()


def test_a_changed_word_is_fuzzy_with_what_it_was_made_from() -> None:
    changed = [ENGLISH[0], *of("We load all the data first."), *ENGLISH[2:]]
    merged = merge(done(ENGLISH), changed).find()["", "We load all the data first."]
    assert (merged.msgstr, merged.fuzzy, merged.previous) == (
        "[We load the data first.]",
        True,
        ("", "We load the data first."),
    )


def test_undoing_an_edit_brings_the_translation_back() -> None:
    before = done(ENGLISH)
    changed = [ENGLISH[0], *of("We load all the data first."), *ENGLISH[2:]]
    back = merge(merge(before, changed), ENGLISH)
    assert back == before


def test_undoing_an_edit_that_was_translated_keeps_both() -> None:
    changed = [ENGLISH[0], *of("We load all the data first."), *ENGLISH[2:]]
    merged = merge(done(ENGLISH), changed)
    entries = tuple(
        replace(e, msgstr="new", fuzzy=False, previous=None) if e.fuzzy else e for e in merged.entries
    )
    back = merge(replace(merged, entries=entries), ENGLISH)
    assert states(back) == states(done(ENGLISH))
    again = merge(back, changed)
    assert states(again)["We load all the data first."] == ("new", False)


@pytest.mark.parametrize(
    "now",
    ["We load the data  first.", "We load the *data* first.", "We load the [data](data.md) first."],
)
def test_white_space_and_markup_carry_a_translation_over(now: str) -> None:
    merged = merge(done(ENGLISH), [ENGLISH[0], *of(now), *ENGLISH[2:]])
    assert states(merged)[now] == ("[We load the data first.]", False)


def test_a_link_that_leads_elsewhere_now_leads_there_in_the_translation() -> None:
    catalog = done(of("See [the guide](old.md) and [the API](api.md)."))
    catalog = replace(
        catalog, entries=(replace(catalog.entries[0], msgstr="[API](api.md)와 [가이드](old.md)."),)
    )
    merged = merge(catalog, of("See [the guide](new.md) and [the API](api.md)."))
    assert states(merged) == {
        "See [the guide](new.md) and [the API](api.md).": ("[API](api.md)와 [가이드](new.md).", False)
    }


def test_a_comment_that_was_written_anew_keeps_the_previous_text() -> None:
    changed = [*ENGLISH[:4], *of(("comment", "Run one epoch")), *ENGLISH[5:]]
    entry = merge(done(ENGLISH), changed).find()["comment", "Run one epoch"]
    assert (entry.msgstr, entry.fuzzy, entry.previous) == ("[For speed]", True, ("comment", "For speed"))


def test_a_likely_message_is_never_silently_the_translation_of_another() -> None:
    for changed in ([*ENGLISH[:2], *of("Create a DataLoader"), *ENGLISH[3:]], of("Create a DataLoader")):
        entry = merge(done(ENGLISH), changed).find()["", "Create a DataLoader"]
        assert entry.fuzzy or not entry.msgstr


def test_another_kind_is_another_message() -> None:
    merged = merge(done(ENGLISH), of(("heading", "We load the data first."), ("paragraph", "Training")))
    assert all(not entry.translated for entry in merged.entries)


def test_a_gap_pairs_what_is_likest_without_crossing() -> None:
    before = done(
        of("one stays here", "the quick brown fox jumps", "a lazy dog sleeps all day", "last stays here")
    )
    after = merge(
        before,
        of("one stays here", "something new and different", "a lazy dog sleeps all night", "last stays here"),
    )
    assert states(after)["a lazy dog sleeps all night"] == ("[a lazy dog sleeps all day]", True)
    assert states(after)["something new and different"] == ("[the quick brown fox jumps]", True)


def test_a_section_that_moved_and_changed_is_suggested() -> None:
    moved = of(
        "Then it is evaluated on data that it has never seen.", *(("paragraph", u.text) for u in ENGLISH[1:3])
    )
    entry = merge(done(ENGLISH), moved).find()["", "Then it is evaluated on data that it has never seen."]
    assert (entry.fuzzy, entry.previous) == (True, ("", "Then it is evaluated on data that it has not seen."))


def test_other_guides_are_a_memory() -> None:
    memory = [
        Entry(msgid="Words of another guide, at length.", msgstr="다른"),
        Entry(context="heading", msgid="Set up", msgstr="준비"),
    ]
    merged = merge(
        Catalog(language="ko"), of(("heading", "Set up"), "Words of another guide at length."), memory
    )
    first, second = merged.entries
    assert (first.msgstr, first.fuzzy) == ("준비", False)
    assert (second.msgstr, second.fuzzy, second.previous) == (
        "다른",
        True,
        ("", "Words of another guide, at length."),
    )


def test_what_was_fuzzy_stays_fuzzy_and_says_the_first_english() -> None:
    once = merge(done(ENGLISH), [ENGLISH[0], *of("We load all the data first."), *ENGLISH[2:]])
    twice = merge(once, [ENGLISH[0], *of("We load all the data at first."), *ENGLISH[2:]])
    entry = twice.find()["", "We load all the data at first."]
    assert (entry.fuzzy, entry.previous) == (True, ("", "We load the data first."))


messages = st.lists(
    st.tuples(
        st.sampled_from(["paragraph", "heading", "comment"]), st.text("abcdef ", min_size=3, max_size=12)
    ),
    min_size=1,
    max_size=8,
    unique=True,
).map(lambda pairs: of(*pairs))


@given(messages, messages)
def test_no_translation_is_ever_lost_or_given_to_other_words(before: list[Unit], after: list[Unit]) -> None:
    old = done(before)
    merged = merge(old, after)
    written = {entry.msgstr for entry in old.entries}
    assert written <= {entry.msgstr for entry in (*merged.entries, *merged.obsolete)}
    for entry in merged.entries:
        same = "".join(entry.msgid.split()) == "".join(entry.msgstr.strip("[]").split())
        assert entry.fuzzy or not entry.msgstr or same


@given(messages, messages)
def test_any_edit_can_be_undone(before: list[Unit], after: list[Unit]) -> None:
    old = done(before)
    assert states(merge(merge(old, after), before)) == states(old)


def test_a_guide_is_its_messages() -> None:
    cells = tuple(cell for cell in samples.CELLS if cell.id != "awkward")
    kinds = [(unit.kind, unit.text) for unit in units(replace(samples.GUIDE, cells=cells))]
    assert kinds[:2] == [("title", samples.HEADER.title), ("description", samples.HEADER.description)]
    assert ("heading", "The model") in kinds
    assert ("item", "nested") in kinds
