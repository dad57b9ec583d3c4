/** Quantities and steps for people: numbers in groups of three, and a price by the million tokens, as price lists have it. */

import type { Derivation } from "./derivation.ts";
import { Fraction, ONE, Quantity, rounded } from "./quantity.ts";
import { PER_TOKEN } from "./tariff.ts";
import { NUMBER } from "./unit.ts";

export const MILLION = new Fraction(1_000_000n);

/** More than anybody reads, and fewer than would hide that a third has no end. */
const PLACES = 9;

const SIGNS = [" × ", " ÷ ", " + ", " − "];

/** `2 USD per 1M tokens`, `10,000 request per day`, `8.8 – 9.6 USD`. */
export function inWords(value: Quantity): string {
  const perToken = value.unit.equals(PER_TOKEN);
  const [times, unit] = perToken ? [MILLION, "USD per 1M tokens"] : [ONE, value.unit.toString()];
  const [low, high] = value.bounds.map((end) => grouped(end.mul(times)));
  const text = low === high ? `${low}` : `${low} – ${high}`;
  return value.unit.equals(NUMBER) ? text : `${text} ${unit}`;
}

/** A number, without zeros at its end. */
export function grouped(value: Fraction): string {
  const [whole = "", places = ""] = rounded(value, PLACES).split(".");
  const digits = places.replace(/0+$/, "");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (digits && `.${digits}`);
}

/** Every step on a line: `name = formula = numbers = result`. */
export function lines(derivation: Derivation): readonly string[] {
  return derivation.steps.map((step) => {
    const sign = SIGNS.find((each) => step.formula.includes(each)) ?? " ";
    const numbers = step.numbers.map((one) => inWords(one.value)).join(sign);
    return `${step.name} = ${step.formula} = ${numbers} = ${inWords(step.result)}`;
  });
}
