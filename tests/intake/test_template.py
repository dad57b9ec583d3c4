"""Templates: plain names, doubled braces and nothing else."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.core.errors import InputError
from bide.intake.template import Template


@pytest.mark.parametrize(
    ("text", "variables", "row", "prompt"),
    [
        pytest.param("Which of {labels}? {text}", {"labels": "a, b"}, {"text": "T"}, "Which of a, b? T", id="both kinds"),
        pytest.param("{a}{a}{b}", {}, {"a": "1", "b": "2"}, "112", id="repeated and adjacent"),
        pytest.param("{{a}} {{{a}}}", {}, {"a": "1"}, "{a} {1}", id="doubled braces"),
        pytest.param("nothing", {}, {}, "nothing", id="no name"),
        pytest.param("", {}, {}, "", id="empty"),
        pytest.param("{Ticket text} {naïve} {1} {a-b}", {}, {"Ticket text": "T", "naïve": "N", "1": "1", "a-b": "x"}, "T N 1 x", id="names of people"),
        pytest.param("{a}", {"a": "{b} {{"}, {}, "{b} {{", id="variables are not templates"),
        pytest.param("{a}", {}, {"a": "{b}"}, "{b}", id="columns are not templates"),
        pytest.param("{a}", {"a": "variable"}, {"a": "column"}, "variable", id="a variable wins"),
    ],
)  # fmt: skip
def test_rendering(text: str, variables: Mapping[str, str], row: Mapping[str, str], prompt: str) -> None:
    assert Template(text, variables).render(row.__getitem__) == prompt


def test_names_are_the_columns_it_needs() -> None:
    assert Template("{b} {a} {b} {c}", {"c": "1"}).names == ("b", "a")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("{a.b}", r'"\{a\.b\}" at character 1', id="attribute"),
        pytest.param("x {a[0]}", r'"\{a\[0\]\}" at character 3', id="index"),
        pytest.param("{a!r}", "plain name", id="conversion"),
        pytest.param("{a:>10}", "plain name", id="format"),
        pytest.param("{}", "plain name", id="no name"),
        pytest.param("{a", r"lone \{ at character 1; write \{\{", id="left open"),
        pytest.param("a} b", r"lone \} at character 2; write \}\}", id="not opened"),
        pytest.param("{a{b}}", r"lone \{", id="nested"),
        pytest.param("{a.__class__.__init__.__globals__}", "plain name", id="an attack"),
    ],
)
def test_all_other_syntax_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Template(text)


def test_unknown_names_are_refused_with_the_list_of_names() -> None:
    template = Template("{labels} {txt}", {"labels": "a"})
    template.check(["txt", "b"])
    with pytest.raises(InputError) as caught:
        template.check(["text", "category"])
    message = str(caught.value)
    assert 'names "txt", which is no column (did you mean "text"?)' in message
    assert "Columns: text, category. Variables: labels." in message


@given(st.text())
def test_a_text_with_doubled_braces_renders_to_itself(text: str) -> None:
    template = Template(text.replace("{", "{{").replace("}", "}}"))
    assert template.names == ()
    assert template.render(str) == text


@given(st.dictionaries(st.from_regex(r"[\w -]+", fullmatch=True), st.text(), min_size=1, max_size=4))
def test_every_plain_name_works(row: dict[str, str]) -> None:
    template = Template("".join(f"<{{{name}}}>" for name in row))
    assert template.render(row.__getitem__) == "".join(f"<{value}>" for value in row.values())
