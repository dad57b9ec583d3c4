"""An account that knows chat completions does what every adapter has to do for whoever writes messages or responses."""

import json
from dataclasses import replace
from functools import partial

import pytest

from bide.core.usage import Usage
from bide.providers.anthropic.kind import ANTHROPIC
from bide.providers.foreign import brought_back, speaking
from bide.providers.http import AiohttpTransport
from bide.providers.openai.doubleword import DOUBLEWORD
from bide.providers.openai.kinds import OPENAI
from bide.providers.port import Provider, Row, Verdict
from bide.providers.setup import Tools
from bide.providers.transport import Transport
from bide.simulator.doubleword.protocol import DOUBLEWORD as DOUBLEWORD_PROTOCOL
from bide.testing.provider.case import Account
from bide.testing.provider.early import EarlyCases, finished
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for


def openai(transport: Transport, key: str) -> Provider:
    return speaking(OPENAI.connect(setup_for(OPENAI, "http://simulated.invalid/v1", key), Tools(transport)))


class TestMessagesAtOpenAI(ProviderConformance):
    endpoint = "/v1/messages"

    @pytest.fixture
    def connect(self) -> Connect:
        return openai

    async def test_an_answer_is_a_message(self, account: Account) -> None:
        row = (await account.provider.send(account.call("hello", max_tokens=40))).row
        body = json.loads(row.response)["body"]
        assert (body["type"], body["role"], body["stop_reason"]) == ("message", "assistant", "end_turn")
        assert "hello" in body["content"][0]["text"]

    async def test_an_error_is_one_of_messages(self, account: Account) -> None:
        row = (await account.provider.send(account.call("[poison:row-error]"))).row
        assert row.verdict is Verdict.ERRORED
        assert json.loads(row.response)["body"]["type"] == "error"


class TestResponsesWhereChatIsAll(TestMessagesAtOpenAI):
    """As above, where responses are what is foreign."""

    endpoint = "/v1/responses"

    @pytest.fixture
    def connect(self) -> Connect:
        def chat_only(transport: Transport, key: str) -> Provider:
            can = replace(OPENAI.capabilities, endpoints=frozenset({"/v1/chat/completions"}))
            setup = replace(setup_for(OPENAI, "http://simulated.invalid/v1", key), capabilities=can)
            return speaking(OPENAI.connect(setup, Tools(transport)))

        return chat_only

    async def test_an_answer_is_a_message(self, account: Account) -> None:
        body = json.loads((await account.provider.send(account.call("hello"))).row.response)["body"]
        assert (body["object"], body["status"]) == ("response", "completed")
        assert "hello" in body["output"][0]["content"][0]["text"]

    async def test_an_error_is_one_of_messages(self, account: Account) -> None:
        body = json.loads((await account.provider.send(account.call("[poison:row-error]"))).row.response)["body"]
        assert body["error"]["message"]


class TestMessagesOfARunningBatch(EarlyCases):
    endpoint = "/v1/messages"
    protocol = DOUBLEWORD_PROTOCOL
    grows = True

    @pytest.fixture
    def connect(self) -> Connect:
        setup = partial(setup_for, DOUBLEWORD, "http://simulated.invalid/doubleword/v1")
        return lambda transport, key: speaking(DOUBLEWORD.connect(setup(key), Tools(transport)))

    async def test_an_early_answer_is_a_message(self, account: Account) -> None:
        running = await self.running(account)
        assert running is not None
        first, *_ = await finished(account, running)
        assert json.loads(first.response)["body"]["type"] == "message"


def test_who_speaks_everything_is_left_alone() -> None:
    tools = Tools(AiohttpTransport())
    anthropic = ANTHROPIC.connect(setup_for(ANTHROPIC, "http://nowhere", "k"), tools)
    assert speaking(anthropic) is anthropic
    assert speaking(OPENAI.connect(setup_for(OPENAI, "http://nowhere", "k"), tools)) is not anthropic


@pytest.mark.parametrize("endpoint", ["/v1/messages", "/v1/responses"])
def test_an_answer_that_is_none_is_kept_as_it_came(endpoint: str) -> None:
    response = b'{"status_code": 200, "request_id": null, "body": {"new": 1.10}}'
    row = brought_back(Row("a", Verdict.ANSWERED, response, 200, usage=Usage(input=1)), endpoint)

    assert (row.verdict, row.code, row.response) == (Verdict.ERRORED, "unreadable_reply", response)
    assert row.usage == Usage(input=1)


@pytest.mark.parametrize(("endpoint", "id_"), [("/v1/messages", "msg_a"), ("/v1/responses", "resp_a")])
def test_an_answer_without_a_name_has_that_of_its_request(endpoint: str, id_: str) -> None:
    response = b'{"status_code": 200, "body": {"choices": [{"message": {"content": "x"}}]}}'

    assert json.loads(brought_back(Row("a", Verdict.ANSWERED, response, 200), endpoint).response)["body"]["id"] == id_
