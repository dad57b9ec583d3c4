"""Input files of known size, made anew for each run."""

import json
import random  # noqa: TID251 - the words of prompts
from pathlib import Path

WORDS = [f"word{number}" for number in range(2_000)]


def requests_file(path: Path, count: int, words: int) -> Path:
    """OpenAI batch JSON Lines with prompts of so many words (about 8 bytes each)."""
    dice = random.Random(1)
    texts = [" ".join(dice.choices(WORDS, k=words)) for _ in range(500)]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            body = {
                "model": "gpt-5-mini",
                "messages": [
                    {"role": "system", "content": "You are a helpful assistant."},
                    {"role": "user", "content": f"{number} {texts[number % 500]}"},
                ],
                "max_completion_tokens": 100,
            }
            line = {"custom_id": f"request-{number}", "method": "POST", "url": "/v1/chat/completions", "body": body}
            file.write(json.dumps(line) + "\n")
    return path


def large(path: Path) -> Path:
    """50,000 requests, about 103 MB."""
    return requests_file(path, 50_000, 220)


def small_bodies(path: Path, count: int) -> Path:
    """Bodies of about 300 bytes."""
    return requests_file(path, count, 20)
