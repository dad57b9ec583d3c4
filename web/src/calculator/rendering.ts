/**
 * A comparison for programs: numbers as text with at most fifteen places, ranges with both ends, every step.
 *
 * The shape is that of `bide estimate --output json`, so that each calculator can be held against the other.
 */

import type { Comparison, LaneCost } from "./comparison.ts";
import type { Derivation, Figure } from "./derivation.ts";
import type { Hardware } from "./hardware.ts";
import { type Fraction, type Quantity, rounded } from "./quantity.ts";
import type { Tariff } from "./tariff.ts";

/** Of a dollar: as fine as the rates of the ledger. */
const PLACES = 15;

/** A number, or its two ends; null: there is none. */
export type Shown = string | { readonly low: string; readonly high: string } | null;

/** What can be written as JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A number in the decimal system, without zeros at its end. */
export function number(value: Fraction): string {
  return rounded(value, PLACES).replace(/\.?0+$/, "");
}

/** A number, or its two ends; of nothing null. */
export function shown(value: Quantity | null | undefined): Shown {
  if (!value) return null;
  const [low, high] = value.bounds;
  return low.equals(high) ? number(low) : { low: number(low), high: number(high) };
}

/** The lines of arithmetic. */
export function steps(derivation: Derivation): Json {
  return derivation.steps.map((step) => ({
    name: step.name,
    formula: step.formula,
    numbers: step.numbers.map((one) => ({
      name: one.name,
      value: shown(one.value),
      unit: one.value.unit.toString(),
    })),
    result: shown(step.result),
    unit: step.result.unit.toString(),
  }));
}

/** A lane's costs in USD, and where its prices are from. */
export function lane(one: LaneCost, tariffs: readonly Tariff[]): Json {
  const value = (figure: Figure | null | undefined): Shown => shown(figure?.value);
  const prices = tariffs.flatMap((tariff) => one.prices.flatMap((each) => tariff.prices.get(each) ?? []));
  return {
    lane: one.lane,
    cost: value(one.cost),
    input_cost: value(one.input),
    output_cost: value(one.output),
    cost_a_month: value(one.month),
    cost_of_a_request: value(one.request),
    saved: value(one.saved?.money),
    saved_share: value(one.saved?.share),
    saved_a_month: value(one.savedMonth),
    prices: prices.map(({ source, day, confidence }) => ({ source, day, confidence })),
  };
}

/** All of it. */
export function comparison(found: Comparison, tariffs: readonly Tariff[]): Json {
  const { days, weeks, hours } = found.month;
  return {
    currency: "USD",
    period: found.period,
    month: { days: number(days), weeks: number(weeks), hours: number(hours) },
    lanes: found.lanes.map((one) => lane(one, tariffs)),
    notes: found.derivation.notes,
    steps: steps(found.derivation),
  };
}

/** What hardware of one's own costs in a month, and from how many requests an hour on it is cheaper than a lane. */
export function ofHardware(found: Hardware): Json {
  const { cost } = found;
  return {
    currency: "USD",
    hours_a_month: shown(cost.hours.value),
    cost_an_hour: shown(cost.hourly.value),
    cost_a_month: shown(cost.cost.value),
    idle_a_month: shown(cost.idle?.value),
    pays_from: found.pays.map((one) => ({
      model: one.model,
      lane: one.lane,
      requests_an_hour: shown(one.requests.value),
    })),
    notes: found.derivation.notes,
    steps: steps(found.derivation),
  };
}
