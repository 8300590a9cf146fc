import pytest

from benchmarks import bench_detectors
from reviews.checks import Proposed, ProposedTarget, personal
from tests.reviews.test_checks import DATA, needs_data


def proposed(before, after):
    target = ProposedTarget("/a.md", "/a.md", (before,), (after,), after, False)
    return Proposed("edit", (target,))


def test_personal_data_warns_and_is_named_but_not_repeated():
    text = "- ask mara.lind@firma.de or +49 30 901820\n"

    found = list(personal.find(proposed("", text)))

    assert [(one.severity, one.reason, text[one.start : one.end]) for one in found] == [
        ("warning", "This looks like personal data (mail address).", "mara.lind@firma.de"),
        ("warning", "This looks like personal data (phone number).", "+49 30 901820"),
    ]


def test_what_stood_there_before_is_no_news():
    before = "- ask mara.lind@firma.de\n"

    assert list(personal.find(proposed(before, "- always ask mara.lind@firma.de\n"))) == []


@needs_data
def test_personal_data_of_the_data_set_is_found(capsys):
    figures = bench_detectors.personal_figures(DATA)["all"]

    with capsys.disabled():
        print(f"\npersonal data: {figures}")
    assert figures["recall"]["of"] == 81
    assert figures["recall"]["share"] >= 0.8
    assert figures["precision"]["share"] >= 0.85


@pytest.mark.parametrize("share", ["named", "changed, bare"])
def test_generated_national_numbers_are_told_from_others(share):
    pooled = bench_detectors.national_figures(seed=7, each=3)["pooled"][share]

    assert pooled["share"] == 1.0 if share == "named" else pooled["share"] < 0.15
