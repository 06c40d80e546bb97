"""A catalog follows its English, and never says of a translation that it is of other words."""

from __future__ import annotations

import time
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
    ["We load the data  first.", "We load the *data* first.", "We load __the data__ first."],
)
def test_white_space_and_emphasis_carry_a_translation_over(now: str) -> None:
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


@pytest.mark.parametrize(
    ("kind", "before", "now"),
    [
        ("comment", "Shapes <batch, time> here", "Shapes <batch, features> here"),
        ("comment", "loss < 0.1 and acc > 0.9", "loss < 0.5 and val > 0.9"),
        ("comment", "x * y", "x ** y"),
        ("comment", "the *data*", "the data"),
        ("comment", "see [a](x)", "see [a](y)"),
        ("comment", "data_set", "dataset"),
        ("title", "About __init__", "About init"),
        ("interface", "a [b] c", "a b c"),
        ("paragraph", "x * y", "x ** y"),
        ("paragraph", "a data set", "a dataset"),
        ("paragraph", "loss < 0.1 and acc > 0.9", "loss < 0.5 and val > 0.9"),
        ("paragraph", "Call `a*b*c` now", "Call `abc` now"),
        ("paragraph", "Call `f` now", "Call f now"),
        ("paragraph", "It is $a*b*c$ here", "It is $abc$ here"),
        ("paragraph", "See [a](x.md).", "See a."),
        ("paragraph", "See a.", "See [a](x.md)."),
        ("paragraph", "See [a](x.md) b.", "See a [b](x.md)."),
        ("paragraph", "See <https://a.org>.", "See <https://b.org>."),
        ("paragraph", "It is ![a](x.png).", "It is ![b](x.png)."),
        ("paragraph", 'See [a](x.md "b").', 'See [a](x.md "c").'),
        ("paragraph", "Press <kbd>a</kbd>.", "Press <var>a</var>."),
        ("paragraph", "Write \\*a\\*.", "Write a."),
    ],
)
def test_what_readers_see_is_never_taken_for_markup(kind: str, before: str, now: str) -> None:
    merged = merge(done(of((kind, before))), of((kind, now)))
    (entry,) = merged.entries
    assert (entry.msgstr, entry.fuzzy, entry.previous and entry.previous[1]) == (f"[{before}]", True, before)


@pytest.mark.parametrize(
    ("before", "now", "msgstr", "led"),
    [
        ("[a](x) [b](y)", "[a](y) [b](x)", "[B](y) [A](x)", "[B](x) [A](y)"),
        ("[a](x) [b](y)", "[a](p) [b](q)", "[B](y) [A](x)", "[B](q) [A](p)"),
        ("[a](x) [b](x)", "[a](p) [b](p)", "[B](x) [A](x)", "[B](p) [A](p)"),
        ("![a](x.png)", "![a](y.png)", "![A](x.png)", "![A](y.png)"),
        # Which of two same targets is which cannot be told, nor where a link is that the translation has not.
        ("[a](x) [b](x)", "[a](p) [b](q)", "[B](x) [A](x)", None),
        ("[a](x) [b](y)", "[a](p) [b](q)", "[A](x)", None),
        ("[a](x) [b](y)", "[a](p) [b](y)", "[A](elsewhere) [B](y)", None),
    ],
)
def test_links_lead_where_the_english_leads_or_a_person_is_asked(
    before: str, now: str, msgstr: str, led: str | None
) -> None:
    catalog = Catalog(language="ko", entries=(Entry(msgid=before, msgstr=msgstr),))
    (entry,) = merge(catalog, of(now)).entries
    if led is None:
        assert (entry.msgstr, entry.fuzzy, entry.previous) == (msgstr, True, ("", before))
    else:
        assert (entry.msgstr, entry.fuzzy) == (led, False)


def test_a_translation_is_carried_over_once() -> None:
    before = done(of("one stays", "We load the data.", "last stays"))
    after = merge(before, of("one stays", "We keep it all.", "We load the *data*.", "last stays"))
    assert states(after)["We load the *data*."] == ("[We load the data.]", False)
    assert states(after)["We keep it all."] == ("", False)


def test_a_fuzzy_translation_that_is_not_used_is_kept_and_comes_back_fuzzy() -> None:
    worked_on = Entry(msgid="New words.", msgstr="begun", fuzzy=True, previous=("", "Old words."))
    imported = Entry(msgid="From a page.", msgstr="taken", fuzzy=True)
    stays = done(of("stays")).entries
    catalog = Catalog(language="ko", entries=(*stays, worked_on, imported))
    gone = merge(catalog, of("stays"))
    assert gone.obsolete == (imported, worked_on)
    assert merge(gone, of("stays")) == gone
    back = merge(gone, of("From a page.", "New words."))
    assert back.entries == (imported, worked_on)
    assert back.obsolete == stays


def test_what_was_only_ever_suggested_is_not_kept() -> None:
    suggested = merge(done(of("We load the data first.")), of("We load all the data first."))
    assert suggested.entries[0].fuzzy
    gone = merge(suggested, of("Other."))
    assert [(entry.msgid, entry.fuzzy) for entry in gone.obsolete] == [("We load the data first.", False)]


def test_two_suggestions_that_name_each_other_are_not_both_lost() -> None:
    one, other = (
        Entry(msgid=a, msgstr="same", fuzzy=True, previous=("", b)) for a, b in (("a", "b"), ("b", "a"))
    )
    gone = merge(Catalog(language="ko", entries=(one, other)), of("Quite another one."))
    assert "same" in {entry.msgstr for entry in (*gone.entries, *gone.obsolete)}


def test_what_a_translator_wrote_beside_a_message_stays_when_it_is_not_translated_yet() -> None:
    catalog = Catalog(language="ko", entries=(Entry(msgid="Words.", comment="Ask Min.", flags=("no-wrap",)),))
    assert merge(catalog, of("Words.")).entries == catalog.entries
    (filled,) = merge(
        catalog, of("Words."), [Entry(msgid="Words.", msgstr="낱말", comment="allow: x")]
    ).entries
    assert (filled.msgstr, filled.comment, filled.flags) == ("낱말", "Ask Min.\nallow: x", ("no-wrap",))


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


def test_the_same_message_of_another_guide_brings_its_comment_and_a_similar_one_does_not() -> None:
    memory = [Entry(msgid="Words of another guide, at length.", msgstr="다른", comment="allow: glossary")]
    merged = merge(
        Catalog(language="ko"),
        of("Words of another guide, at length.", "Words of another guide at length."),
        memory,
    )
    assert [entry.comment for entry in merged.entries] == ["allow: glossary", ""]


def test_a_fuzzy_memory_is_for_the_same_message_only_and_stays_fuzzy() -> None:
    fuzzy = Entry(msgid="Words of another guide.", msgstr="다른", fuzzy=True, previous=("", "Its words."))
    merged = merge(Catalog(language="ko"), of("Words of another guide.", "Words of another guide!"), [fuzzy])
    assert merged.entries == (fuzzy, Entry(msgid="Words of another guide!"))


def test_a_guide_that_was_written_anew_merges_in_seconds() -> None:
    """400 messages that all look alike, each changed: the work grows with the square, not the cube."""
    before = done(of(*(f"Line {number} of a guide that looks like all others." for number in range(400))))
    now = of(*(f"Line {number} of a guide which looks like all others." for number in range(400)))
    start = time.monotonic()
    merged = merge(before, now)
    assert time.monotonic() - start < 10
    assert [entry.previous for entry in merged.entries] == [entry.key for entry in before.entries]


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
        same = entry.msgid.split() == entry.msgstr.strip("[]").split()
        assert entry.fuzzy or not entry.msgstr or same


@given(messages, messages)
def test_any_edit_can_be_undone(before: list[Unit], after: list[Unit]) -> None:
    old = done(before)
    assert states(merge(merge(old, after), before)) == states(old)


marked = st.lists(
    st.tuples(
        st.sampled_from(["paragraph", "heading", "comment"]),
        st.lists(
            st.sampled_from(["a", "*a*", "b c", "[a](x)", "[a](y)", "`q`", "<br>", "$"]),
            min_size=1,
            max_size=4,
        ).map(" ".join),
    ),
    min_size=1,
    max_size=6,
    unique=True,
).map(lambda pairs: of(*pairs))


@given(marked, marked, marked)
def test_whatever_was_edited_merging_twice_is_merging_once(
    first: list[Unit], second: list[Unit], third: list[Unit]
) -> None:
    once = merge(merge(done(first), second), third)
    assert merge(once, third) == once


def test_the_same_message_of_another_guide_comes_before_a_likely_one_of_this() -> None:
    now = of("We load the data at first.")
    (entry,) = merge(done(of("We load the data first.")), now, done(now).entries).entries
    assert entry.translated


def test_a_guide_is_its_messages() -> None:
    cells = tuple(cell for cell in samples.CELLS if cell.id != "awkward")
    kinds = [(unit.kind, unit.text) for unit in units(replace(samples.GUIDE, cells=cells))]
    assert kinds[:2] == [("title", samples.HEADER.title), ("description", samples.HEADER.description)]
    assert ("heading", "The model") in kinds
    assert ("item", "nested") in kinds
