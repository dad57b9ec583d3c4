/** What a token costs in each lane: taken from the price catalogue, or given by hand. */

import { quantity, Quantity, type Exact } from "./quantity.ts";
import { TOKEN, USD } from "./unit.ts";

export const PER_TOKEN = USD.per(TOKEN);

export const REALTIME = "realtime";
export const BATCH = "batch";
export const HYBRID = "hybrid";

/** The lanes that have prices. */
export const LANES = ["batch", "flex", REALTIME, "priority"] as const;

/** The source of a price that was given by hand. */
export const GIVEN = "given";

/**
 * What one token of each kind costs in a lane, in USD per token; null: nobody has said.
 *
 * `source`, `day` and `confidence` are those of the rate card. `hours` are the cheap ones of a price that depends on them.
 */
export interface Price {
  readonly input: Quantity;
  readonly output: Quantity | null;
  readonly cached: Quantity | null;
  readonly cacheWrite: Quantity | null;
  readonly source: string;
  readonly day: string;
  readonly confidence: string;
  readonly hours: string;
}

/** A model's prices by lane. A lane that is missing has no price that anybody knows. */
export interface Tariff {
  readonly model: string;
  readonly prices: ReadonlyMap<string, Price>;
}

/** A price as it is given: a number, or [cheapest, dearest]. */
export type Cost = Exact | readonly [Exact, Exact];

/** Prices of the kinds of tokens, as they are given; one that is left out is unknown. */
export interface Costs {
  readonly input: Cost;
  readonly output?: Cost | undefined;
  readonly cached?: Cost | undefined;
  readonly cacheWrite?: Cost | undefined;
}

/**
 * A price in words, as in `byHand("USD per 1M tokens", { input: "2.50", output: "10" })`.
 *
 * @throws {UnitError} the unit is not one of money for tokens.
 * @throws {InputError} a number is none.
 */
export function byHand(unit: string, costs: Costs): Price {
  const perToken = (value: Cost): Quantity => quantity(value, unit).of(PER_TOKEN, "a token's price");
  const maybe = (value: Cost | undefined): Quantity | null => (value === undefined ? null : perToken(value));
  return {
    input: perToken(costs.input),
    output: maybe(costs.output),
    cached: maybe(costs.cached),
    cacheWrite: maybe(costs.cacheWrite),
    source: GIVEN,
    day: "",
    confidence: GIVEN,
    hours: "",
  };
}
