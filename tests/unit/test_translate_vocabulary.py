"""Words of a glossary are looked for by their letters first: that may never miss what the pattern would find."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from guidewright.translate.language import Locale, Term
from guidewright.translate.vocabulary import folded, vocabulary

LETTERS = st.text(st.sampled_from("aAiIkKsSß ıİſK\u0307-x레이어"), min_size=1, max_size=4)
# Half of the examples hold the word, else few would.
TEXTS = st.text(st.sampled_from("aAiIkKsSß ıİſK\u0307-x레이어"), max_size=12)


def locale(*terms: Term, keep: tuple[str, ...] = ()) -> Locale:
    return Locale(code="ko", folder=Path("ko"), name="한국어", english_name="Korean", keep=keep, terms=terms)


def test_letters_that_case_does_not_part_are_one_when_folded() -> None:
    for one in map(chr, range(sys.maxunicode + 1)):
        for other in {one.lower(), one.upper()} - {one}:
            if len(other) == 1 and re.fullmatch(re.escape(one), other, re.IGNORECASE):
                assert folded(one) == folded(other), (one, other)
    for one, other in (("i", "ı"), ("I", "İ"), ("s", "ſ"), ("k", "K"), ("å", "Å")):
        assert re.fullmatch(one, other, re.IGNORECASE)
        assert folded(one) == folded(other)


@given(source=LETTERS, target=LETTERS, before=TEXTS, after=TEXTS, swap=st.booleans())
def test_looking_at_letters_first_finds_what_the_patterns_find(
    source: str, target: str, before: str, after: str, swap: bool
) -> None:
    known = vocabulary(locale(Term(source=source, targets=(target,)), keep=(source,)))
    for text in (
        before,
        f"{before} {source.swapcase() if swap else source} {after}",
        before + target + after,
    ):
        (term,), (name,), (there,) = known.terms, known.names, known.targets
        assert term.english.find(text, folded(text)) == bool(term.english.pattern.search(text))
        assert name.find(text, text) == bool(name.pattern.search(text))
        assert name.replaced(text, " ; ") == name.pattern.sub(" ; ", text)
        assert known.uses(text) == ({target: there.pattern.subn(" ", text)[1]}, there.pattern.sub(" ", text))


def test_a_longer_term_takes_its_words_from_a_shorter_one() -> None:
    terms = (Term(source="training", targets=("훈련",)), Term(source="training loop", targets=("훈련 루프",)))
    known = vocabulary(locale(*terms))
    assert known.asked("a training loop for training") == {"training loop": 1, "training": 1}
    assert known.uses("훈련 루프에서 훈련") == ({"훈련 루프": 1, "훈련": 1}, " 에서  ")
