"""Providers' webhooks: what they tell wakes the poller. The signature says who speaks, so no key of ours is asked for."""

from bide.core.signature import SignatureError
from bide.engine.notice import MOST_BYTES, NoticeError, ReplayedError, UnknownAccountError, notice
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError


async def hear(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Take a webhook of an account's provider in. 200 also for one that was heard before: its sender asks for no more."""
    body = await exchange.body(MOST_BYTES)
    try:
        await notice(gateway.context, exchange.parameters["account"], exchange.headers, body)
    except ReplayedError:
        pass
    except SignatureError as error:
        raise RefusalError(401, error.code, str(error)) from None
    except UnknownAccountError as error:
        raise RefusalError(404, error.code, str(error)) from None
    except NoticeError as error:
        raise RefusalError(400, error.code, str(error)) from None
    gateway.wake()
    await exchange.respond(200, b'{"received":true}')
