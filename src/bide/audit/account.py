"""Accounts as an audit knows them: by whose list they are priced, and where bide has batches."""

from collections.abc import Mapping

from bide.audit.profile.taking import Defaults
from bide.core.errors import InputError
from bide.providers.kinds import KINDS
from bide.settings import ProviderSettings

Accounts = Mapping[str, ProviderSettings]
"""The accounts of a config, by their names."""


def listed_as(accounts: Accounts, account: str) -> str:
    """The name under which an account's prices are listed."""
    known = accounts.get(account)
    if known is not None and known.catalogue:
        return known.catalogue
    kind = KINDS.get(known.kind or account if known is not None else account)
    return kind.catalogue or account if kind is not None else account


def defaults(accounts: Accounts, model: str | None) -> Defaults:
    """What rows that name no model are taken to be of, from ``PROVIDER/MODEL``. Raises `InputError`."""
    if model is None:
        return Defaults()
    account, slash, name = model.partition("/")
    if not slash or not account or not name:
        raise InputError(f"--model {model}: say whose it is, as in --model openai/{model.strip('/')}")
    return Defaults(listed_as(accounts, account), name)


def batches() -> Mapping[str, bool]:
    """By the name of a price list, whether bide has batches there."""
    return {kind.catalogue: kind.capabilities.batch for kind in KINDS.values() if kind.catalogue is not None}
