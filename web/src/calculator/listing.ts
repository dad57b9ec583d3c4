/** Tariffs from the catalogue: what a model costs in each lane, as far as anybody knows. */

import { type Catalogue, MODES, type Tier } from "./catalogue.ts";
import { Fraction, quantity, Quantity } from "./quantity.ts";
import { LANES, type Price, type Tariff } from "./tariff.ts";

const UNIT = "USD per 1M tokens";

/** A model as it was named, and whose price list it stands in. */
export interface Listed {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
}

/**
 * The lanes that have a price for requests of so many input tokens, in the cheapest and in the dearest case.
 *
 * A price that depends on the hour, or on a tier that only one of the two reaches, is a range.
 */
export function listedTariff(
  catalogue: Catalogue,
  of: Listed,
  inputTokens: readonly [Fraction, Fraction],
): Tariff {
  const row = catalogue.find(of.provider, of.model);
  const prices = new Map<string, Price>();
  for (const lane of LANES) {
    const rates = row?.[MODES[lane]];
    const origin = catalogue.origin(rates);
    if (rates === undefined || origin === undefined) continue;
    const [, tiers, hours, cheap] = rates;
    const low = reached(hours ? cheap : tiers, inputTokens[0]);
    const high = reached(tiers, inputTokens[1]);
    const price = (kind: 1 | 2 | 3 | 4): Quantity => quantity([low[kind], high[kind]], UNIT);
    prices.set(lane, {
      input: price(1),
      cached: price(2),
      cacheWrite: price(3),
      output: price(4),
      source: origin.source,
      day: catalogue.day,
      confidence: origin.confidence,
      hours,
    });
  }
  return { model: of.name, prices };
}

/** The tier that a request with so many input tokens reaches: all of it is charged at that. */
function reached(tiers: readonly Tier[], inputTokens: Fraction): Tier {
  const above = tiers.filter(([above], at) => at === 0 || inputTokens.gt(new Fraction(above)));
  return above.at(-1) as Tier;
}
