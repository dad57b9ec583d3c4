"""``/calculator``: the interactive page. It shows public prices, so whoever is on this machine may see it without a key."""

from bide.gateway.caller import Caller, check_local, check_repeated
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError

HTML = "text/html; charset=utf-8"

NOT_MODIFIED = 304


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The page, or that the client's copy is still the same. Raises `RefusalError`."""
    await _check_may_see(gateway, exchange)
    page = await gateway.calculator.today()
    packs = "gzip" in exchange.headers.get("accept-encoding", "")
    tag = f'"{page.tag}{"-gzip" if packs else ""}"'
    headers = {
        "cache-control": "no-cache",  # kept, but asked about each time: prices change by the day
        "etag": tag,
        "vary": "accept-encoding",
        "content-security-policy": page.policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
    if tag in (one.strip() for one in exchange.headers.get("if-none-match", "").split(",")):
        await exchange.start(NOT_MODIFIED, headers, HTML)
        await exchange.end()
        return
    if packs:
        headers["content-encoding"] = "gzip"
    await exchange.respond(200, page.packed if packs else page.plain, headers, HTML)


async def _check_may_see(gateway: Gateway, exchange: Exchange) -> None:
    """Without a key from this machine alone, where nobody else can reach the gateway; else as every call. Raises `RefusalError`."""
    check_repeated(exchange.repeated)
    if not gateway.identities.needs_key:
        try:
            check_local(exchange.headers)
        except RefusalError:
            pass  # by another name, as behind a proxy: with a key, if there are any
        else:
            return
    await gateway.identities.identify(exchange)
