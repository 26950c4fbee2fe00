"""One reader of JSON for files, requests and claims: nothing passes that two readers could understand differently."""

import json

import pytest

from domain.strict_json import NotJson, read_json


def refusal(data):
    with pytest.raises(NotJson) as refused:
        read_json(data if isinstance(data, bytes) else data.encode())
    sentence = str(refused.value)
    assert sentence.isprintable()
    assert len(sentence) < 200
    return sentence


@pytest.mark.parametrize("value", [None, True, 5, -2.5, "é", [], {}, {"a": [{"b": "\u2028 😀"}]}, 2**60])
def test_json_is_read(value):
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(b"\xef\xbb\xbf \r\n" + json.dumps(value, ensure_ascii=False).encode() + b" \n") == value


@pytest.mark.parametrize(
    "data",
    ["", " ", "{", "nul", "{}x", "{} {}", "{'a': 1}", '{"a": 1,}', '{"a\n": 1}', "\u00a0{}", "[01]", "[1.]", "[+1]",
     "\ufeff\ufeff{}", "[" + "1" * 5000 + "]"],
)  # fmt: skip
def test_what_is_not_json_is_refused(data):
    assert "this is not JSON" in refusal(data)


def test_the_place_is_named():
    assert "at character 7)" in refusal('{"a": b}')
    assert "at line 2, character 6)" in refusal('{"a": 1,\n"b": c}')
    assert refusal("{} {}") == "this is not JSON (there is more after its end, at character 3)"


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_what_json_has_no_word_for_is_refused(name):
    assert f"{name} is no value" in refusal(f'{{"a": {name}}}')


@pytest.mark.parametrize(
    "data",
    [
        '{"rating": 1, "rating": 1}',
        '{"a": {"rating": 1, "b": 2, "rating": null}}',
        '[{"rating": 1, "r\\u0061ting": 1}]',
    ],
)
def test_a_field_that_stands_twice_is_named(data):
    assert refusal(data) == "the field 'rating' stands twice in one object; say it once"


def test_a_field_with_an_escape_sequence_is_named_without_it():
    assert "'\\x1b]0;PWNED\\x07'" in refusal('{"\\u001b]0;PWNED\\u0007": 1, "\\u001b]0;PWNED\\u0007": 2}')
    refusal('{"' + '": 1, "'.join(["x" * 10_000] * 2) + '": 2}')


@pytest.mark.parametrize("text", ["\\ud83d", "\\uDE00", "a\\ude00\\ud83d", "\\ud83d\\u0041"])
def test_half_a_character_is_refused_in_a_key_and_in_a_value(text):
    for data in (f'"{text}"', f'{{"{text}": 1}}', f'[{{"a": "{text}"}}]'):
        assert "half a character" in refusal(data)


def test_a_character_in_two_halves_is_whole():
    assert read_json(rb'["\ud83d\ude00", "\\ud83d"]') == ["😀", "\\ud83d"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"])
def test_another_encoding_is_told_the_remedy(encoding):
    assert "save it as UTF-8" in refusal('{"text": "Café"}'.encode(encoding))


def test_what_is_nested_deeply_is_refused():
    for opening in ("[", '{"a":'):
        assert "nested too deeply" in refusal(opening * 100_000)


def test_a_whole_number_is_whole_however_it_is_written():
    read = read_json(b"[290, 290.0, 2.9e2, 2.5, -0.0, 1e30]")
    assert read == [290, 290, 290, 2.5, 0, 1e30]
    assert [type(one) for one in read] == [int, int, int, float, int, float]
