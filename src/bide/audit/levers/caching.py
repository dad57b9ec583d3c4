"""What caches would save: a response cache for what is asked again word for word, the provider's prompt cache for what many prompts
begin with."""

from collections.abc import Iterator
from fractions import Fraction

from bide.audit.evidence.patience import Strength
from bide.audit.evidence.strand import Strand
from bide.audit.levers.assumption import Assumptions
from bide.audit.levers.change import Change, Prefixes
from bide.audit.levers.prompt_cache import PromptCache, prompt_cache
from bide.audit.levers.waiting import Proposal
from bide.audit.profile.group import AGES, LENGTHS, Amount, Group
from bide.core.clock import HOUR, MINUTE
from bide.core.count import many
from bide.core.duration import exact_duration
from bide.core.usage import Usage

SAME = "the same question may have the same answer, also where it was sampled"
STREAMED = "some of it is streamed, and bide keeps no streams: only what is asked for whole"
EXTRAPOLATED = "repeats are extrapolated from a sample of the prompts"
FIRST = "prompts that begin like no other are taken to begin as long as those that do"
AT_MOST = (
    "the log tells how much began an earlier prompt, not how long ago: from nothing to all of it is found in the cache"
)
BY_ITSELF = "the provider looks for it by itself, and has not found it: from nothing more to all of it can be found"
LEAST_UNKNOWN = "from how many tokens on this model's prompts are cached is not known; {least:,} are taken, the most its provider asks for"
CACHED_UNKNOWN = "the log does not say what was read from the cache: perhaps all of it is saved already"

BODIES = "log the prompts, or a hash of each and of what it begins with, and name the columns"


def repeats(of: Strand, assumptions: Assumptions) -> Iterator[Proposal]:
    """A response cache, for requests that are the same word for word."""
    group = of.group
    if not group.repeats.seen:
        says = "the log has no prompts and no hashes of them, so nobody can tell how many come again"
        yield Proposal(
            lever="response cache", verdict="unknown", strength=Strength.NONE, change=None, says=says, do=BODIES
        )
        return
    found = _not_answered(group.repeats.within(assumptions.keep), group.spared)
    if not found.requests:
        return
    share = Fraction(found.requests, group.requests) if group.requests else Fraction(1)
    keep = exact_duration(assumptions.keep)
    assumes = [SAME]
    if group.repeats.is_estimate:
        assumes.append(EXTRAPOLATED)
    if group.failed:
        assumes.append(f"{many(group.failed, 'request')} failed: as many of the repeats may be second tries")
    if group.streamed:
        assumes.append(STREAMED)
    yield Proposal(
        lever="response cache",
        verdict="ask" if group.streamed else "do",
        strength=Strength.FAIR if group.repeats.is_estimate or group.failed else Strength.STRONG,
        change=Change(answered=found),
        says=f"{many(found.requests, 'request')} ({float(100 * share):.3g} %) {'was' if found.requests == 1 else 'were'} asked before, word for word, within {keep}",
        do=f"if the same answer will do, send it with `Bide-Cache: {keep}`, or name its workflow in [cache]",
        assumes=tuple(assumes),
    )


def _not_answered(found: Amount, spared: Amount) -> Amount:
    """What came again and no response cache answered already; what it answered had come before."""
    tokens = Usage(*(max(0, mine - theirs) for mine, theirs in zip(found.tokens, spared.tokens, strict=True)))
    return Amount(max(0, found.requests - spared.requests), tokens)


def prefixes(of: Strand) -> Iterator[Proposal]:
    """The provider's prompt cache, for what prompts have in common at their beginning."""
    group, rule = of.group, prompt_cache(of.group.provider, of.group.model)
    if of.load is None or rule is None:
        return
    if not group.prefixes.seen and not group.seen_before:
        says = "the log has no prompts, so nobody can tell what they have in common at their beginning"
        yield Proposal(
            lever="prompt cache", verdict="unknown", strength=Strength.NONE, change=None, says=says, do=BODIES
        )
        return
    found = _counted(group, rule) if group.prefixes.seen else _told(group)
    if found is None or found.read_at_best <= of.load.cached:
        return
    assumes = list[str]()
    cached_unknown = bool(group.missing.get("cached"))
    for applies, text in (
        (not group.prefixes.seen, AT_MOST),
        (group.prefixes.seen and not rule.marked, BY_ITSELF),
        (not rule.known, LEAST_UNKNOWN.format(least=rule.least)),
        (cached_unknown, CACHED_UNKNOWN),
        (group.prefixes.seen, FIRST),
        (group.prefixes.is_estimate, EXTRAPOLATED),
    ):
        if applies:
            assumes.append(text)
    sure = bool(group.prefixes.seen) and rule.known and rule.marked and not cached_unknown
    share = found.read_at_best / of.load.input
    yield Proposal(
        lever="prompt cache",
        verdict="do" if sure else "ask",
        strength=Strength.FAIR if sure else Strength.WEAK,
        change=Change(prefixes=found),
        says=f"{float(100 * share):.3g} % of the input began another prompt shortly before, and {_now(of)}",
        do=_do(rule),
        assumes=(*assumes, f"{rule.source}: from {rule.least:,} tokens on, kept for {exact_duration(rule.lifetime)}"),
    )


def _counted(group: Group, rule: PromptCache) -> Prefixes | None:
    """From prefixes that were seen again. Where a mark makes the provider keep them, those that came again within five minutes are read,
    and the others are written. Where it finds out by itself, at best those of an hour are read, and at least no more than now."""
    reuse = group.prefixes
    long = next((index for index, least in enumerate(LENGTHS) if least >= rule.least), len(LENGTHS) - 1)
    tokens = [sum(of_age[long:]) for of_age in reuse.prefixes]
    requests = sum(sum(of_age) for of_age in reuse.prefix_requests)
    if not requests or not sum(tokens):
        return None
    ages = AGES.index(5 * MINUTE if rule.marked else HOUR) + 1
    firsts = Fraction(max(0, reuse.seen - requests) * sum(tokens), requests)
    read, written = Fraction(sum(tokens[:ages])), firsts + sum(tokens[ages:])
    return Prefixes(read, read, written, written) if rule.marked else Prefixes(read, Fraction(0), written, Fraction(0))


def _told(group: Group) -> Prefixes:
    """From what the log itself says began an earlier prompt."""
    return Prefixes(Fraction(group.seen_before), Fraction(0), Fraction(0), Fraction(0))


def _now(of: Strand) -> str:
    if of.group.missing.get("cached"):
        return "what was read from the cache is not known"
    cached = Fraction(of.load.cached, of.load.input) if of.load is not None and of.load.input else Fraction(0)
    return f"{float(100 * cached):.3g} % was read from the cache" if cached else "none was read from the cache"


def _do(rule: PromptCache) -> str:
    if rule.marked:
        return "mark the end of what all prompts share as a cache point, and put what differs behind it"
    return (
        "see why the provider does not find it: put what all prompts share first, without a date or a name in it, and send its requests"
        " close to each other, with a cache key where there is one"
    )
