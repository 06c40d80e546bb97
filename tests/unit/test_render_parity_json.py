"""Parity for machines: valid by its schema, the same bytes from the same records."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
import samples

from guidewright.model import CellFailure
from guidewright.render.parity_json import VERSION, parity_json, schema
from guidewright.render.report import ParityEntry

SCHEMA = json.loads(schema())


def entry(slug: str = samples.GUIDE.slug, **notices: Any) -> ParityEntry:
    guide = replace(samples.GUIDE, slug=slug)
    return ParityEntry(guide=guide, views=samples.views(guide, **notices), parity=samples.PARITY)


def failing() -> ParityEntry:
    failure = CellFailure(cell="fit", line=53, name="ValueError", message="no")
    failed = replace(samples.record("jax"), outcome="failed", failure=failure)
    return replace(entry(), failed={"jax": failed})


def document(*entries: ParityEntry) -> Any:
    found = json.loads(parity_json(entries, site=samples.SITE))
    jsonschema.validate(found, SCHEMA, jsonschema.Draft202012Validator)
    return found


def test_the_schema_is_one_and_describes_every_key() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["version"]["const"] == VERSION

    def undescribed(schema: dict[str, Any], path: str) -> list[str]:
        inner = {**schema.get("properties", {})}
        inner |= {
            key: schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)
        }
        missing = [
            path
            for one in inner
            if one not in ("items", "additionalProperties") and "description" not in inner[one]
        ]
        return missing + [word for name, one in inner.items() for word in undescribed(one, f"{path}.{name}")]

    assert undescribed(SCHEMA, "") == []


@pytest.mark.parametrize(
    "made",
    [
        entry(),
        entry(jax="quick", tensorflow="nothing", torch="proven elsewhere"),
        failing(),
        replace(entry(), parity=replace(samples.PARITY, profile=None, cells=())),
    ],
    ids=["proven", "notices", "failed", "not compared"],
)
def test_whatever_is_known_of_a_guide_is_valid(made: ParityEntry) -> None:
    assert [guide["slug"] for guide in document(made)["guides"]] == ["small/guide_one"]


def test_a_backend_has_outcome_seconds_versions_and_whether_they_are_left_behind() -> None:
    (guide,) = document(entry(jax="nothing", torch="proven elsewhere"))["guides"]
    jax, tensorflow, torch = guide["backends"].values()
    assert (jax["outcome"], jax["run"]) == (None, None)
    assert (tensorflow["outcome"], tensorflow["moved_on"]) == ("passed", False)
    assert tensorflow["run"]["seconds"] == 83.4
    assert tensorflow["run"]["versions"] == {"TensorFlow": "2.21.0", "Keras": "3.15.1"}
    assert tensorflow["run"]["started"] == "2026-11-23T04:05:06+00:00"
    assert torch["moved_on"] is True


def test_a_failure_is_told_beside_the_run_that_the_page_still_shows() -> None:
    jax = document(failing())["guides"][0]["backends"]["jax"]
    assert jax["outcome"] == "failed"
    assert jax["failure"] == {"cell": "fit", "line": 53, "name": "ValueError", "message": "no"}
    assert jax["run"]["profile"] == "full"


def test_a_cell_leads_to_its_place_and_tells_its_first_difference() -> None:
    summary, fit, figure = document(entry())["guides"][0]["cells"]
    assert fit["page"] == "guides/small/guide_one/#cell-fit"
    assert (summary["state"], summary["difference"]) == ("same", None)
    assert [cell["finding"] for cell in (summary, fit, figure)] == [None, None, "undeclared"]
    assert fit["difference"]["words"] == "line 3: JAX 'a | b', PyTorch '*another*'"
    assert fit["difference"]["shown"]["jax"] == {"kind": None, "words": "a | b"}


def test_the_same_records_give_the_same_bytes_in_whatever_order_guides_come() -> None:
    one, other = entry("b"), entry("a")
    assert parity_json([one, other], site=samples.SITE) == parity_json([other, one], site=samples.SITE)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_it_is_laid_out_as_python_does_whatever_words_are_in_it(count: int) -> None:
    guide = replace(samples.GUIDE, header=replace(samples.GUIDE.header, title="Two\u2028lines\x85or\nthree"))
    entries = [replace(entry(), guide=replace(guide, slug=f"a{number}")) for number in range(count)]
    found = parity_json(entries, site=samples.SITE)
    assert found == json.dumps(json.loads(found), ensure_ascii=False, indent=1) + "\n"
    assert len(json.loads(found)["guides"]) == count
