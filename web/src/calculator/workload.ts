/** What is asked of a model: tokens and requests in a period, and how much of that need not be paid. */

import { InputError } from "./errors.ts";
import { ONE, quantity, Quantity, ZERO } from "./quantity.ts";
import type { Tariff } from "./tariff.ts";
import { NUMBER, REQUEST, TOKEN } from "./unit.ts";

export const NOTHING = quantity(0n);
export const WHOLE = quantity(1n);

/** The period of a job that does not come again. */
export const ONCE = "once";

/**
 * Tokens in a period; where `requests` are given, tokens of each of them.
 *
 * `cached` and `written` are shares of the input (read from the provider's prompt cache, written to it), `answered` a share of
 * requests that our own response cache answers, `compression` a share of the input that is left out. `reasoning` is what comes on
 * top of the visible output, as a share of it: it is billed as output. All from 0 to 1, or a range.
 */
export interface Workload {
  readonly inputTokens: Quantity;
  readonly outputTokens: Quantity;
  readonly requests: Quantity | null;
  readonly period: string;
  readonly cached: Quantity;
  readonly written: Quantity;
  readonly answered: Quantity;
  readonly compression: Quantity;
  readonly reasoning: Quantity;
}

/** The fields of a workload; those that may be left out are nothing, no requests, and once. */
export type Given = Pick<Workload, "inputTokens" | "outputTokens"> & Partial<Workload>;

/** Work of one kind: what is asked, of which model, and whether it can wait for a batch. */
export interface Part {
  readonly name: string;
  readonly workload: Workload;
  readonly tariff: Tariff;
  readonly waits: boolean;
}

/** A part that can wait, unless it is said otherwise. */
export function part(name: string, workload: Workload, tariff: Tariff, waits = true): Part {
  return { name, workload, tariff, waits };
}

/**
 * A workload that makes sense.
 *
 * @throws {InputError} naming the field.
 * @throws {UnitError} one is in a wrong unit.
 */
export function workload(given: Given): Workload {
  const asked: Workload = {
    requests: null,
    period: ONCE,
    cached: NOTHING,
    written: NOTHING,
    answered: NOTHING,
    compression: NOTHING,
    reasoning: NOTHING,
    ...given,
  };
  const each = asked.requests === null ? TOKEN : TOKEN.per(REQUEST);
  const counts = [
    ["input_tokens", asked.inputTokens],
    ["output_tokens", asked.outputTokens],
  ] as const;
  for (const [name, value] of counts) {
    if (value.of(each, name).least.lt(ZERO)) {
      throw new InputError(`${name} is less than nothing; give the number of tokens`);
    }
  }
  if (asked.requests?.of(REQUEST, "requests").least.lt(ZERO)) {
    throw new InputError("requests are less than none; give their number");
  }
  for (const name of ["cached", "written", "answered", "compression"] as const) shareOf(asked[name], name);
  shareOf(asked.reasoning, "reasoning", false);
  if (asked.cached.most.add(asked.written.most).gt(ONE)) {
    throw new InputError("cached and written are shares of the same input, and come to more than all of it");
  }
  return asked;
}

/** The share, if it is one; more than the whole where it is not `bounded`. @throws {InputError} */
export function shareOf(value: Quantity, name: string, bounded = true): Quantity {
  const [low, high] = value.of(NUMBER, name).bounds;
  if (low.lt(ZERO) || (bounded && high.gt(ONE))) {
    throw new InputError(`${name} is a share: write it from 0% to 100%`);
  }
  return value;
}

/** So much of the work: fewer requests, or fewer tokens where nobody says how many requests there are. */
export function scaled(of: Workload, share: Quantity): Workload {
  if (of.requests !== null) return workload({ ...of, requests: of.requests.times(share) });
  return workload({ ...of, inputTokens: of.inputTokens.times(share), outputTokens: of.outputTokens.times(share) });
}

/** A hybrid: so much of the work waits, and the rest is called. @throws {InputError} */
export function split(of: Part, batchShare: Quantity): readonly [Part, Part] {
  const share = shareOf(batchShare, "batch_share");
  const rest = WHOLE.minus(share);
  return [
    { ...of, name: `${of.name}, waits`, workload: scaled(of.workload, share) },
    { ...of, name: `${of.name}, at once`, workload: scaled(of.workload, rest), waits: false },
  ];
}

/**
 * One work divided between models by shares of its tokens: each part is all of it, at one of them.
 *
 * @throws {InputError} the shares are not the whole.
 */
export function routed(mix: readonly (readonly [Part, Quantity])[]): readonly Part[] {
  const shares = mix.map(([one, share]) => shareOf(share, `the share of ${one.name}`));
  const whole = shares.reduce((sum, share) => sum.plus(share), NOTHING);
  if (!whole.equals(WHOLE)) throw new InputError("the shares of the models have to come to 100%");
  return mix.map(([one, share]) => ({ ...one, workload: scaled(one.workload, share) }));
}
