"""The list of models, as either protocol's clients read it."""

import anthropic
import pytest
from anthropic.types import ModelInfo

from tests.gateway.place import Place


async def test_anthropic_s_clients_page_through_every_model_that_an_account_claims(at: Place) -> None:
    found = [model async for model in at.anthropic().models.list(limit=7)]
    names = [model.id for model in found]
    assert len(names) == len(set(names))
    assert {"claude-haiku-5-5", "gpt-4.1-mini"} <= set(names)
    assert not [name for name in names if name.startswith("ft:")]
    by_name = {model.id: model for model in found}
    haiku = by_name["claude-haiku-5-5"]
    assert (haiku.type, haiku.lifecycle, haiku.line) == ("model", "active", "haiku")
    assert haiku.display_name.startswith("Claude")
    assert haiku.max_input_tokens
    assert by_name["gpt-4o-2024-05-13"].created_at.isoformat() == "2024-05-13T00:00:00+00:00"
    for model in found:
        assert model.model_fields_set == set(ModelInfo.model_fields)
        assert not model.model_extra


async def test_pages_go_in_both_directions(at: Place) -> None:
    client = at.anthropic()
    names = [model.id for model in (await client.models.list(limit=1000)).data]
    page = await client.models.list(limit=3, before_id=names[5])
    assert ([model.id for model in page.data], page.has_more) == (names[2:5], True)
    page = await client.models.list(limit=3, before_id=names[2])
    assert ([model.id for model in page.data], page.has_more) == (names[:2], False)
    page = await client.models.list(limit=3, after_id=names[-2])
    assert ([model.id for model in page.data], page.has_more) == (names[-1:], False)
    for query in ({"limit": 1001}, {"after_id": "unheard-of"}, {"after_id": names[0], "before_id": names[1]}):
        with pytest.raises(anthropic.BadRequestError):
            await client.models.list(**query)


async def test_openai_s_clients_get_the_same_names(at: Place) -> None:
    theirs = {model.id for model in (await at.openai().models.list()).data}
    ours = {model.id for model in (await at.anthropic().models.list(limit=1000)).data}
    assert theirs == ours
    async with at.http.get("/v1/models") as answer:
        assert (await answer.json())["object"] == "list"


async def test_a_model_is_shown_by_any_name_that_it_can_be_asked_for(at: Place) -> None:
    shown = await at.anthropic().models.retrieve("openai/gpt-4.1-mini")
    assert (shown.id, shown.type) == ("openai/gpt-4.1-mini", "model")
    assert (await at.openai().models.retrieve("claude-haiku-4-5-20251001")).owned_by == "anthropic"
    with pytest.raises(anthropic.NotFoundError):
        await at.anthropic().models.retrieve("nobody/knows")
