"""The test of "for ever": the answers of the five examples are what they were, to the byte.

tests/goldens/answers/README.md says what a difference means. Nothing here is written anew by the way.
"""

import pytest

from tests.answers.asked_questions import questions
from tests.answers.descriptions import descriptions
from tests.answers.goldens import (
    FOLDER,
    difference,
    differences,
    installed,
    noted_papers,
    other_makers,
    paper_hashes,
    readable_files,
)

QUESTIONS = questions()
PAPERS = [asked for asked in QUESTIONS if asked.hashed]


def by_name(asked):
    return asked.name


@pytest.mark.parametrize("asked", QUESTIONS, ids=by_name)
def test_an_answer_is_what_it_was(asked):
    found = differences(FOLDER, readable_files(asked))
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("asked", PAPERS, ids=by_name)
def test_a_paper_is_what_it_was(asked):
    noted, made_with = noted_papers()
    other = other_makers(made_with)
    assert not other, f"nothing can be said of Word, Excel and PDF papers: {'; '.join(other)}"
    made = paper_hashes(asked)
    differing = [name for name, digest in made.items() if noted.get(name) != digest]
    assert not differing, f"not what their hashes in papers.json say: {', '.join(differing)}"


def test_what_the_program_says_of_itself_is_what_it_said():
    found = differences(FOLDER, descriptions())
    assert not found, "\n".join(found)


def test_there_is_no_golden_file_of_what_is_not_asked():
    """A question that is no longer asked would leave a file behind that nothing is held to."""
    asked = {name for one in QUESTIONS for name in readable_files(one)} | set(descriptions())
    files = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()}
    files -= {
        name for name in files if name.startswith("problems/")
    }  # tests/api/http/test_golden_problems.py holds these
    assert files - asked == {"README.md", "papers.json"}
    papers, _ = noted_papers()
    assert len(papers) == 3 * len(PAPERS)


def test_a_difference_is_told_with_the_file_and_its_first_line():
    golden = b"one\n" + b"x" * 500 + b"old" + b"y" * 500 + b"\nthree\n"
    said = difference("plans.csv", golden, golden.replace(b"old", b"new"))
    assert said is not None
    assert "plans.csv, line 2:" in said
    assert "xold" in said and "xnew" in said
    assert len(said) < 700
    assert difference("plans.csv", golden, golden) is None
    assert "(no such line)" in (difference("plans.csv", b"one", b"one\ntwo") or "")
    assert "line 1" in (difference("plans.csv", b"one\r\n", b"one\n") or ""), "line ends count"


def test_a_golden_file_that_is_not_there_is_told(tmp_path):
    (tmp_path / "there.json").write_bytes(b"{}\n")
    [said] = differences(tmp_path, {"there.json": b"{}\n", "gone.json": b"{}\n"})
    assert said.startswith("gone.json: there is no such golden file")


def test_other_libraries_are_named_with_both_versions():
    [said] = other_makers({**installed(), "typst": "0.0.1"})
    assert said.startswith("typst 0.0.1 is noted and ")
    assert other_makers(installed()) == []
