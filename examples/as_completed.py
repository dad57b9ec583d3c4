"""Requests handed in together, each answer as it comes, and what all of them cost."""

import asyncio

import bide

WORDS = ["batch", "deadline", "receipt"]


async def main() -> None:
    async with bide.AsyncClient() as client:
        handles = await client.submit((f"Define {word}." for word in WORDS), model="gpt-5-mini", within="1h")
        async for answer in client.as_completed(handles):
            print(WORDS[answer.index], "->", answer.text)
        print(await client.receipt(handles))


asyncio.run(main())
