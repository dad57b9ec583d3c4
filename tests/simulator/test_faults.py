"""Faults: which call meets which, and replay."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.errors import SettingError
from bide.simulator.chance import Chance
from bide.simulator.exchange import Lost, Reply
from bide.simulator.faults import DELAYS, Fault, FaultRule, Faults, Kind, Site, read_faults
from bide.simulator.script import load_script

if TYPE_CHECKING:
    from tests.simulator.conftest import Account

RULES = load_script("rough").fault


def struck(rules: Any, seed: int = 1, calls: int = 3_000) -> list[Fault]:
    """What strikes so many calls of every site."""
    faults = Faults(Chance(seed), rules)
    for _ in range(calls):
        for site in Site:
            faults.strike(site, 0)
    return faults.fired


def test_a_rate_strikes_its_share() -> None:
    counts = Counter((fault.site, fault.kind) for fault in struck([FaultRule(site="call", kind="busy", rate=0.05)]))
    assert counts.keys() == {(Site.CALL, Kind.BUSY)}
    assert counts[Site.CALL, Kind.BUSY] == pytest.approx(150, rel=0.25)


def test_the_same_seed_strikes_the_same_calls() -> None:
    assert struck(RULES) == struck(RULES)
    assert struck(RULES) != struck(RULES, seed=2)


def test_taking_a_rule_out_moves_no_other_fault() -> None:
    fewer = struck([rule for rule in RULES if rule.site != "create"])
    assert fewer == [fault for fault in struck(RULES) if fault.site is not Site.CREATE]
    busy = struck([rule for rule in RULES if rule.kind == "busy"])
    assert busy
    assert set(busy) >= {fault for fault in struck(RULES) if fault.kind is Kind.BUSY}


def test_rules_that_differ_in_their_status_strike_apart() -> None:
    rules = [FaultRule(site="list", kind="error", status=status, rate=0.2) for status in (500, 503)]
    alone = [{fault.nth for fault in struck([rule])} for rule in rules]
    assert len(alone[0] & alone[1]) < 0.3 * len(alone[0])


def test_a_run_is_replayed_from_what_fired() -> None:
    fired = struck(RULES, calls=300)
    text = json.dumps([fault.as_table() for fault in fired])
    replayed = Faults(Chance(99), (), read_faults(json.loads(text)))
    for _ in range(300):
        for site in Site:
            replayed.strike(site, 0)
    assert replayed.fired == fired


@pytest.mark.parametrize("kind", Kind)
def test_a_fault_survives_being_written(kind: Kind) -> None:
    relevant = {
        Kind.ERROR: {"status": 500, "processed": True},
        Kind.HANG: {"processed": True, "delay": 1_234_567},
        Kind.SLOW: {"delay": 7},
        Kind.BUSY: {"delay": 3 * SECOND},
        Kind.CUT: {"share": 0.25},
    }
    fault = Fault(site=Site.CREATE, nth=4, kind=kind, **relevant.get(kind, {}))  # pyright: ignore[reportArgumentType]
    assert read_faults([fault.as_table()]) == [fault]


def test_a_fault_that_names_no_delay_has_the_usual_one() -> None:
    [fault] = read_faults([{"site": "call", "kind": "hang"}])
    assert (fault.nth, fault.delay) == (1, DELAYS[Kind.HANG])


def test_a_list_that_cannot_be_read_names_the_entry() -> None:
    with pytest.raises(SettingError, match=r"fault 2.*did you mean 'site'"):
        read_faults([{"site": "call", "kind": "hang"}, {"sight": "call", "kind": "hang"}])


def test_a_list_names_each_call() -> None:
    with pytest.raises(SettingError, match=r"fault 1 has 'rate'.*use nth"):
        read_faults([{"site": "call", "kind": "hang", "rate": 0.5}])


def test_a_rule_has_its_time() -> None:
    faults = Faults(Chance(1), [FaultRule(site="list", kind="busy", rate=1.0, from_=HOUR, to=2 * HOUR)])
    struck_at = [minutes for minutes in range(0, 180, 30) if faults.strike(Site.LIST, minutes * MINUTE)]
    assert struck_at == [60, 90]


def test_faults_may_be_added_for_the_calls_to_come() -> None:
    faults = Faults(Chance(1))
    for _ in range(5):
        faults.strike(Site.CREATE, 0)
    added = faults.add_next(
        read_faults([{"site": "create", "kind": "busy"}, {"site": "list", "kind": "busy", "nth": 2}])
    )
    assert [(fault.site, fault.nth) for fault in added] == [(Site.CREATE, 6), (Site.LIST, 2)]
    assert faults.strike(Site.CREATE, 0) == added[0]
    assert faults.strike(Site.CREATE, 0) is None


def test_silence_ends_all_faults_and_counting_goes_on() -> None:
    faults = Faults(Chance(1), [FaultRule(site="list", kind="busy", rate=1.0)])
    assert faults.strike(Site.LIST, 0)
    faults.silence()
    assert faults.strike(Site.LIST, 0) is None
    assert faults.calls[Site.LIST] == 2
    assert len(faults.fired) == 1


@pytest.mark.parametrize(
    ("fault", "outcome", "created"),
    [
        pytest.param("kind = 'not_sent'", Lost(sent=False), False, id="not sent"),
        pytest.param("kind = 'request_lost'", Lost(), False, id="request lost"),
        pytest.param("kind = 'reply_lost'", Lost(), True, id="reply lost"),
        pytest.param("kind = 'hang'\ndelay = '2m'", Lost(after=2 * MINUTE), False, id="hang, not processed"),
        pytest.param(
            "kind = 'hang'\ndelay = '2m'\nprocessed = true", Lost(after=2 * MINUTE), True, id="hang, processed"
        ),
        pytest.param("kind = 'busy'\ndelay = '7s'", 429, False, id="busy"),
        pytest.param("kind = 'error'\nstatus = 500", 500, False, id="error, not processed"),
        pytest.param("kind = 'error'\nstatus = 503\nprocessed = true", 503, True, id="error, processed"),
        pytest.param("kind = 'slow'\ndelay = '9s'", 200, True, id="slow"),
        pytest.param("kind = 'cut'\nshare = 0.25", 200, True, id="cut"),
    ],
)
def test_what_becomes_of_a_create(
    open_account: "type[Account]", fault: str, outcome: Lost | int, created: bool
) -> None:
    account = open_account(more=f"[[fault]]\nsite = 'create'\nnth = 1\n{fault}")
    file = account.upload(b'{"custom_id":"a"}')
    body = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    reply = account.send("POST", "/v1/batches", json.dumps(body).encode())
    assert (len(account.books.batches) == 1) is created
    [fired] = account.books.faults.fired
    assert (fired.site, fired.nth) == (Site.CREATE, 1)
    if isinstance(outcome, Lost):
        assert reply == outcome
        return
    assert isinstance(reply, Reply)
    assert reply.status == outcome
    assert reply.headers.get("retry-after") == ("7" if outcome == 429 else None)
    assert reply.delay == (9 * SECOND if "slow" in fault else 0)
    assert reply.cut == (int(len(reply.body) * 0.25) if "cut" in fault else None)
    assert account.json("POST", "/v1/batches", body)["status"] == "validating"
