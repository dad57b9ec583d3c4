"""Receipts, of one request and of several together."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bide.client.receipt import receipt_of, together
from bide.client.told import Account, Price, Told

PRICE = Account(Price("0.5", "1.0", "0.1", "0.2"))


def told(**fields: object) -> Told:
    given: dict[str, object] = {
        "id": "req_a",
        "status": "succeeded",
        "lane": "batch",
        "deadline": 2_000,
        "settled_at": 1_000,
        "amount_usd": "0.5",
        "receipt": PRICE,
        **fields,
    }
    return Told(**given)  # type: ignore[reportArgumentType]


def test_one() -> None:
    receipt = receipt_of(told())
    assert (receipt.paid, receipt.listed, receipt.saved) == (Decimal("0.5"), Decimal(1), Decimal("0.4"))
    assert (receipt.wasted, receipt.suspected) == (Decimal("0.1"), Decimal("0.2"))
    assert receipt.margin == timedelta(seconds=1_000)
    assert str(receipt) == "1 request: 1 in batch; paid $0.5, saved $0.4"


def test_several() -> None:
    late = told(id="req_b", lane="realtime", settled_at=2_500, deadline=2_400)
    receipt = together([receipt_of(told()), receipt_of(late)])
    assert (receipt.requests, receipt.late, receipt.lanes) == (2, 1, {"batch": 1, "realtime": 1})
    assert receipt.deadline == datetime.fromtimestamp(2_000, UTC)
    assert receipt.margin == timedelta(seconds=-500)
    assert receipt.saved == Decimal("0.8")


def test_an_unknown_price_stays_unknown() -> None:
    unknown = receipt_of(told(amount_usd=None, receipt=Account(Price(None, None, "0", "0"))))
    receipt = together([receipt_of(told()), unknown])
    assert (receipt.paid, receipt.listed, receipt.saved) == (None, None, None)
    assert str(receipt).endswith("price unknown")


def test_what_failed_or_is_open_costs_nothing_unless_told() -> None:
    failed = receipt_of(told(status="failed", amount_usd=None, receipt=None))
    waiting = receipt_of(told(status="open", lane=None, settled_at=None, amount_usd=None, receipt=None))
    receipt = together([failed, waiting])
    assert (receipt.failed, receipt.open, receipt.paid, receipt.answered_at) == (1, 1, Decimal(0), None)
