"""A body's model is replaced where it stands, and nothing else."""

import json

import pytest

from bide.providers.openai.naming import rename_model


@pytest.mark.parametrize(
    ("body", "renamed"),
    [
        pytest.param(b'{"model":"a","n":1}', b'{"model":"dep","n":1}', id="at the front"),
        pytest.param(b' { "model" :\n "a" , "n":1}', b' { "model" :\n "dep" , "n":1}', id="with blanks"),
        pytest.param(b'{"n":1.50,"model":"a"}', b'{"n":1.50,"model":"dep"}', id="at the end"),
        pytest.param(b'{"model":"a\\u0062c"}', b'{"model":"dep"}', id="with an escape in its value"),
        pytest.param(b'{"mod\\u0065l":"a"}', b'{"mod\\u0065l":"dep"}', id="with an escape in its key"),
        pytest.param(
            b'{"x":{"model":"a"},"model":"a","y":[{"model":"a"}]}',
            b'{"x":{"model":"a"},"model":"dep","y":[{"model":"a"}]}',
            id="beside others that are deeper",
        ),
        pytest.param(
            b'{"model":"a","x":"\\"model\\":\\"a\\"","z":"model"}',
            b'{"model":"dep","x":"\\"model\\":\\"a\\"","z":"model"}',
            id="beside text that speaks of it",
        ),
        pytest.param(b'{"x":"model","y":["model",":","a"]}', b'{"x":"model","y":["model",":","a"]}', id="none"),
        pytest.param(b'{"model":"a","model":"b"}', b'{"model":"dep","model":"dep"}', id="twice"),
        pytest.param(b'{"model":null,"x":"a"}', b'{"model":null,"x":"a"}', id="null"),
        pytest.param('{"x":"ü\u2028","model":"ä"}'.encode(), '{"x":"ü\u2028","model":"dep"}'.encode(), id="not ASCII"),
        pytest.param(b"[1", b"[1", id="no JSON"),
    ],
)
def test_only_the_model_changes(body: bytes, renamed: bytes) -> None:
    assert rename_model(body, "dep") == renamed


def test_any_name_is_written_as_json() -> None:
    assert json.loads(rename_model(b'{"model":"a"}', 'ü"\\')) == {"model": 'ü"\\'}
