"""OpenAI's own client on a bide in this process: no server, no port, and what can wait says so in a header."""

import asyncio

import httpx2
import openai

import bide


async def main() -> None:
    async with bide.open() as opened, httpx2.AsyncClient(transport=bide.transport(opened)) as http:
        client = openai.AsyncOpenAI(api_key="not needed", http_client=http)
        for headers in ({}, {"Bide-Within": "1h"}):
            answer = await client.responses.create(model="gpt-5-mini", input="Say hello.", extra_headers=headers)
            print(answer.output_text)


asyncio.run(main())
