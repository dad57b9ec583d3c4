"""Which account serves a model, by the name that a caller gives it."""

from collections.abc import Sequence

import pytest

from bide.lanes.arrival.route import NoRouteError, Offer, Route, route

OPENAI = Offer("openai", ("gpt-*", "o4*"))
ANTHROPIC = Offer("anthropic", ("claude-*",))
GEMINI = Offer("gemini", ("gemini-*",))
VERTEX = Offer("vertex", ("gemini-*",))
GPU = Offer("gpu", aliases={"small": "smollm2-135m"})
TOGETHER = Offer("together")

ALL = (OPENAI, ANTHROPIC, GEMINI, GPU, TOGETHER)

KNOWN = ("openai", "anthropic", "gemini", "vertex", "bedrock")


@pytest.mark.parametrize(
    ("model", "offers", "named", "found"),
    [
        pytest.param("gpt-5-mini", ALL, None, Route("openai", "gpt-5-mini"), id="a bare name"),
        pytest.param("anthropic/claude-haiku-4-5", ALL, None, Route("anthropic", "claude-haiku-4-5"), id="with its account"),
        pytest.param("gpu/any/thing", ALL, None, Route("gpu", "any/thing"), id="a name with a slash of its own"),
        pytest.param("small", ALL, None, Route("gpu", "smollm2-135m"), id="an alias"),
        pytest.param("gpu/small", ALL, None, Route("gpu", "smollm2-135m"), id="an alias with its account"),
        pytest.param("meta-llama/Llama-3.3", (TOGETHER,), None, Route("together", "meta-llama/Llama-3.3"), id="the only account takes any name"),
        pytest.param("meta-llama/Llama-3.3", ALL, "together", Route("together", "meta-llama/Llama-3.3"), id="the account that is named"),
        pytest.param("gpt-5-mini", ALL, "gpu", Route("gpu", "gpt-5-mini"), id="the account that is named goes before every claim"),
        pytest.param("gpu/small", ALL, "gpu", Route("gpu", "smollm2-135m"), id="named twice"),
        pytest.param("gemini/gemini-3.8-flash", (GEMINI, VERTEX), None, Route("gemini", "gemini-3.8-flash"), id="of two claims, the one that is meant"),
    ],
)  # fmt: skip
def test_a_model_finds_its_account(model: str, offers: Sequence[Offer], named: str | None, found: Route) -> None:
    assert route(model, offers, named, KNOWN) == found


@pytest.mark.parametrize(
    ("model", "offers", "why", "remedy"),
    [
        pytest.param("gemini-3.8-flash", (GEMINI, VERTEX), "more than one account serves", "gemini/gemini-3.8-flash, vertex/gemini-3.8-flash, give it an alias, or list its accounts under [placement.accounts]", id="two equal claims"),
        pytest.param("llama", ALL, "none of the accounts claims", "gpu/llama", id="nobody's"),
        pytest.param("gemini-3.8-flash", (OPENAI, ANTHROPIC), "none of the accounts claims", "or switch its provider on (`bide providers`)", id="of a provider that is off, by its bare name"),
        pytest.param("bedrock/some-model", (TOGETHER,), "bedrock is not switched on", "together/bedrock/some-model", id="or a name of another's"),
        pytest.param("bedrock/amazon.nova", ALL, "bedrock is not switched on", "bide providers", id="of a provider that is off"),
        pytest.param("gpt-5", (), "no provider is switched on", "bide sim", id="without accounts"),
    ],
)  # fmt: skip
def test_where_nobody_can_tell_it_says_what_to_write(
    model: str, offers: Sequence[Offer], why: str, remedy: str
) -> None:
    with pytest.raises(NoRouteError) as caught:
        route(model, offers, None, KNOWN)
    assert why in caught.value.why
    assert remedy in caught.value.remedy
