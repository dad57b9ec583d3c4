/** What tokens cost in one lane, in their period and in a month. */

import { Derivation, figure, type Figure } from "./derivation.ts";
import type { Billed } from "./effective.ts";
import { InputError } from "./errors.ts";
import { quantity, Quantity } from "./quantity.ts";
import type { Price } from "./tariff.ts";

/** What a lane costs in the workload's period, and its parts. */
export interface Bill {
  readonly input: Figure;
  readonly output: Figure;
  readonly cost: Figure;
}

/**
 * The cost in a lane; each step is written down, under `name` where there are several workloads.
 *
 * @throws {InputError} there are output tokens, and no price for them.
 */
export function bill(tokens: Billed, price: Price, lane: string, to: Derivation, name = ""): Bill {
  const prefix = name ? `${name}: ` : "";
  const costOf = (kind: string, count: Figure, rate: Quantity): Figure =>
    to.multiply(`${prefix}${kind} cost, ${lane}`, count, figure(`${kind} price, ${lane}`, rate));
  const plain = costOf("input", tokens.plain, price.input);
  const inputs = [plain];
  const others = [
    ["cached input", tokens.cached, price.cached],
    ["cache write", tokens.written, price.cacheWrite],
  ] as const;
  for (const [kind, count, rate] of others) {
    if (count === null) continue;
    if (rate === null) {
      to.note(`no ${kind} price was given for ${lane}: these tokens are reckoned at the input price`);
    }
    inputs.push(costOf(kind, count, rate ?? price.input));
  }
  const whole = inputs.length === 1 ? plain : to.add(`${prefix}all input cost, ${lane}`, ...inputs);
  if (price.output === null && tokens.output.value.maybeSome) {
    throw new InputError(`there are output tokens, and no output price for ${lane}; give one, or leave the output out`);
  }
  const output = costOf("output", tokens.output, price.output ?? quantity(0n, price.input.unit));
  return { input: whole, output, cost: to.add(`${prefix}cost, ${lane}`, whole, output) };
}
