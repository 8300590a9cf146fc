"""Prompts are files with versions; one that was released stays as it is."""

import hashlib
from pathlib import Path

import pytest

from dreaming.engines.claude import prompts, schemas, trusting
from dreaming.engines.claude.answers import Found
from tests.dreaming.engines.claude.desk import Reader, dream, engine, history
from tests.platform import schemas as subset

FOLDER = Path(prompts.__file__).parent
RELEASED = {
    "answer.v1.md": "cb9cc528c8967de8",
    "answer.v2.md": "ef562079a798d5c9",
    "discover.v1.md": "c8f41ab546cd0f8d",
    "ground.v1.md": "7f7f63fe6232a04d",
    "judge.v1.md": "f364139866961148",
    "verify.v1.md": "540714b1760da3d6",
    "word.v1.md": "bb938d44a0bb4ed7",
}
SCHEMAS = {
    "discover": schemas.DISCOVER,
    "ground": schemas.GROUND,
    "verify": schemas.VERIFY,
    "word": schemas.WORD,
    "judge": schemas.JUDGE,
    "answer": schemas.ANSWER,
}


def test_no_released_prompt_was_edited():
    kept = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in FOLDER.glob("*.md")}

    assert {name: digest for name, digest in kept.items() if name in RELEASED} == RELEASED, "make it the next version"
    assert kept.keys() == RELEASED.keys(), "pin it"


@pytest.mark.parametrize("name", prompts.VERSIONS)
def test_every_prompt_says_what_is_data_and_that_an_empty_answer_is_good(name):
    text = prompts.load(name).text

    assert "data" in text
    assert "instructions" in text or name == "answer"
    assert prompts.load(name).id == f"{name}.v{prompts.VERSIONS[name]}"
    assert not {"{", "}"} & set(text)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_keep_to_what_the_platform_takes(name):
    assert SCHEMAS[name]["additionalProperties"] is False
    subset.check(SCHEMAS[name])  # raises on what the platform refuses


def test_what_an_item_has_to_hold_is_what_the_schema_asks_for():
    asked = schemas.DISCOVER["properties"]["items"]["items"]["properties"]

    assert set(asked) == set(Found.__struct_fields__)


def test_the_prompt_goes_out_as_it_stands_in_its_file(platform):
    platform.answering = reader = Reader()
    dream(engine(platform), history())

    said = {kind: body["system"][0]["text"] for kind, body in reader.bodies}
    assert said["discover"] == (FOLDER / "discover.v1.md").read_text().strip()


@pytest.mark.parametrize(
    ("text", "beside", "foreign"),
    [
        ("The refund is paid when the parcel is back.", "Orders are sent by noon and not on Sundays.", False),
        ("Die Erstattung wird nach der Rückgabe gezahlt.", "Orders are sent by noon and not on Sundays.", True),
        ("Die Erstattung wird nach der Rückgabe gezahlt.", "Die Ware ist nicht mit der Post zu senden.", False),
        ("`refund_order` needs `currency`.", "Die Ware ist nicht mit der Post zu senden.", False),
        ("Возврат после проверки.", "Orders are sent by noon and not on Sundays.", True),
        ("Refunds take three days.", "", False),
    ],
)
def test_another_language_is_told_from_the_same(text, beside, foreign):
    assert trusting.is_foreign(text, beside) is foreign
