/** From what is asked to what is billed: tokens of each kind, after cache, compression and hidden reasoning. */

import { Derivation, figure, type Figure } from "./derivation.ts";
import { InputError, quoted } from "./errors.ts";
import { PERIODS } from "./month.ts";
import { Quantity } from "./quantity.ts";
import { ONCE, WHOLE, type Workload } from "./workload.ts";

export const INPUT_ONLY =
  "input only: no output tokens were given, and output usually costs several times as much per token";

/** Tokens of a period by kind; a kind that does not occur is null. `requests` are those that reach the provider. */
export interface Billed {
  readonly plain: Figure;
  readonly cached: Figure | null;
  readonly written: Figure | null;
  readonly output: Figure;
  readonly requests: Figure | null;
}

/** A share that lowers the cost: in the cheapest case it is the largest. */
export function saves(share: Quantity): Quantity {
  return new Quantity(share.most, share.least, share.unit);
}

/**
 * What the provider bills; each step is written down, under `name` where there are several workloads.
 *
 * @throws {InputError} the period is none.
 */
export function billed(workload: Workload, to: Derivation, name = ""): Billed {
  const called = (text: string): string => (name ? `${name}: ${text}` : text);
  let tokensIn = figure(called("input tokens"), workload.inputTokens);
  let tokensOut = figure(called("output tokens"), workload.outputTokens);
  let requests: Figure | null = null;
  const sent = left(workload.answered, "share answered by the response cache", called("share that is sent"), to);
  if (workload.requests !== null) {
    requests = per(figure(called("requests"), workload.requests), workload.period);
    if (sent) requests = to.multiply(called("requests sent"), requests, sent);
    const eachIn = figure("input tokens of each", workload.inputTokens);
    const eachOut = figure("output tokens of each", workload.outputTokens);
    tokensIn = to.multiply(called("input tokens"), requests, eachIn);
    tokensOut = to.multiply(called("output tokens"), requests, eachOut);
  } else {
    tokensIn = per(tokensIn, workload.period);
    tokensOut = per(tokensOut, workload.period);
    if (sent) {
      tokensIn = to.multiply(called("input tokens sent"), tokensIn, sent);
      tokensOut = to.multiply(called("output tokens paid"), tokensOut, sent);
    }
  }
  const shorter = left(workload.compression, "share compressed away", called("share that is left"), to);
  if (shorter) tokensIn = to.multiply(called("input tokens after compression"), tokensIn, shorter);
  if (workload.reasoning.maybeSome) {
    const more = to.add(
      called("output with reasoning, as a multiple"),
      figure("1", WHOLE),
      figure("reasoning buffer", workload.reasoning),
    );
    tokensOut = to.multiply(called("output tokens with reasoning"), tokensOut, more);
  }
  if (tokensIn.value.maybeSome && !tokensOut.value.maybeSome) to.note(INPUT_ONLY);
  return byKind(workload, tokensIn, tokensOut, requests, to, called(""));
}

function byKind(
  workload: Workload,
  tokensIn: Figure,
  tokensOut: Figure,
  requests: Figure | null,
  to: Derivation,
  prefix: string,
): Billed {
  let plain = tokensIn;
  let cached: Figure | null = null;
  let written: Figure | null = null;
  if (workload.cached.maybeSome) {
    const share = figure("share of the input read from the cache", saves(workload.cached));
    cached = to.multiply(`${prefix}cached input tokens`, tokensIn, share);
  }
  if (workload.written.maybeSome) {
    const share = figure("share of the input written to the cache", workload.written);
    written = to.multiply(`${prefix}input tokens written to the cache`, tokensIn, share);
  }
  const beside = [cached, written].filter((one) => one !== null);
  if (beside.length) plain = to.subtract(`${prefix}plain input tokens`, tokensIn, ...beside);
  return { plain, cached, written, output: tokensOut, requests };
}

/** What a saving leaves of one; null where nothing is saved. */
function left(share: Quantity, what: string, name: string, to: Derivation): Figure | null {
  return share.maybeSome ? to.rest(name, figure(what, saves(share))) : null;
}

/** A number in a period, in its unit. */
function per(of: Figure, period: string): Figure {
  if (period === ONCE) return of;
  const unit = PERIODS.get(period);
  if (unit === undefined) throw new InputError(`${quoted(period)} is no period; write once, hour, day, week or month`);
  return figure(`${of.name} a ${period}`, new Quantity(of.value.low, of.value.high, of.value.unit.per(unit)));
}
