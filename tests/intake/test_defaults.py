"""Defaults that cannot be used are refused before anything is read."""

from typing import Any

import pytest

from bide.core.errors import InputError
from bide.intake.defaults import Defaults


@pytest.mark.parametrize(
    ("values", "words"),
    [
        pytest.param({"model": ""}, "no usable name", id="empty model"),
        pytest.param({"endpoint": "chatt"}, r'did you mean "chat"\?.*use chat, responses, embeddings', id="endpoint"),
        pytest.param({"endpoint": "/v1/completions"}, "there is no endpoint", id="another endpoint"),
        pytest.param(
            {"endpoint": "embeddings", "system": "S"}, "embeddings take no system prompt", id="system to embed"
        ),
        pytest.param({"prompt": "{a.b}"}, "plain name", id="template"),
        pytest.param({"parameters": {"messages": []}}, 'parameter "messages" is written by bide', id="reserved"),
        pytest.param({"parameters": {"stream": True}}, "stream cannot be true", id="stream"),
        pytest.param({"parameters": {"x": object()}}, "the parameters are no JSON", id="no JSON"),
    ],
)
def test_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Defaults(**values)


@pytest.mark.parametrize("name", ["responses", "/v1/responses"])
def test_endpoints_by_name_and_by_path(name: str) -> None:
    endpoint = Defaults(endpoint=name).chosen_endpoint()
    assert endpoint is not None
    assert endpoint.url == "/v1/responses"
