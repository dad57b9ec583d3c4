"""The most that a request can come to, before it is known what it will."""

import pytest

from bide.intake.endpoint import COUNT_LIMIT
from bide.intake.reservation import PICTURE, longest_input, longest_output

ASSUMED, WINDOW = 1_000, 1_000_000


@pytest.mark.parametrize(
    ("body", "most"),
    [
        (b"{}", ASSUMED),
        (b'{"max_tokens": 7}', 7),
        (b'{"max_completion_tokens": 7}', 7),
        (b'{"max_output_tokens": 7}', 7),
        (b'{"max_completion_tokens": 7, "max_tokens": 900}', 900),
        (b'{"max_tokens": 0}', 0),
        (b'{"max_tokens": null}', ASSUMED),
        (b'{"max_tokens": -1}', ASSUMED),
        (b'{"max_tokens": -1000000000}', ASSUMED),
        (b'{"max_tokens": 7, "n": 3}', 21),
        (b'{"n": 3}', 3 * ASSUMED),
        (b'{"max_tokens": 7, "n": -3}', 7),
        (b'{"max_tokens": 7, "n": 2, "best_of": 5}', 35),
        (b'{"max_tokens": 1180591620717411303424}', COUNT_LIMIT),
        (b'{"max_tokens": 4294967296, "n": 4294967296}', COUNT_LIMIT),
    ],
)
def test_the_longest_answer(body: bytes, most: int) -> None:
    assert longest_output(body, ASSUMED) == most


def test_what_writes_no_text_has_no_answer() -> None:
    assert longest_output(b'{"max_tokens": 700}', 0) == 0


PLAIN = b'{"messages": [{"role": "user", "content": "hello"}]}'


@pytest.mark.parametrize(
    ("body", "window", "most"),
    [
        pytest.param(PLAIN, WINDOW, len(PLAIN), id="no token is shorter than a byte"),
        pytest.param(PLAIN, None, len(PLAIN), id="nor where the window is unknown"),
        pytest.param(b'{"input": [{"type": "input_image"}]}', WINDOW, 36 + PICTURE, id="a picture"),
        pytest.param(b'{"input": [{"type": "input_image"}]}', 9_000, 9_000, id="a picture in a small window"),
        pytest.param(b'{"input": [{"type": "input_image"}]}', None, 36 + PICTURE, id="a picture in an unknown window"),
        pytest.param(b'{"previous_response_id": "resp_1"}', WINDOW, WINDOW, id="what was said before"),
        pytest.param(b'{"content": [{"file_id": "file-1"}]}', WINDOW, WINDOW, id="a file"),
        pytest.param(b'{"prompt": {"id": "pmpt_1"}}', WINDOW, WINDOW, id="a prompt that lies at the provider"),
        pytest.param(b'{"prompt": "the words themselves"}', WINDOW, 34, id="a prompt in words"),
        pytest.param(b'{"tools": [{"type": "web_search_preview"}]}', WINDOW, WINDOW, id="a search"),
        pytest.param(b'{"tools": [{"type": "function"}]}', WINDOW, 33, id="a tool of the caller's"),
        pytest.param(b'{"content": [{"file\\u005fid": "file-1"}]}', WINDOW, WINDOW, id="a name in disguise"),
        pytest.param(b'{"content": "caf\\u00e9"}', WINDOW, 24, id="a letter that is none"),
        pytest.param(b'{"file_id": "file-1"}', 5, 21, id="never less than its bytes"),
    ],
)
def test_the_longest_input(body: bytes, window: int | None, most: int) -> None:
    assert longest_input(body, window) == most
