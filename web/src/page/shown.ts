/** Figures as people read them. Exact ones are in the derivation and in what is exported. */

import { Fraction, ONE, type Quantity, rounded, ZERO } from "../calculator/quantity.ts";
import { grouped } from "../calculator/wording.ts";

/** A space at which no line is broken: a number and its unit stay together. */
export const GAP = "\u00a0";

const THOUSAND = new Fraction(1000n);
const TEN = new Fraction(10n);
const HUNDRED = new Fraction(100n);

/** `$1,235`, `$24.50`, `$0.000123`, `$8.80 – $9.60`. */
export function money(value: Quantity): string {
  const [low, high] = value.bounds.map(dollars) as [string, string];
  return low === high ? low : `${low} – ${high}`;
}

/** One amount: cents below a thousand dollars, three digits below one. */
export function dollars(value: Fraction): string {
  const size = value.abs();
  let places = size.lt(THOUSAND) ? 2 : 0;
  for (let least = ONE; size.gt(ZERO) && size.lt(least); least = least.div(TEN)) places += 1;
  const [whole = "0", decimals = ""] = rounded(size, size.lt(ONE) ? Math.max(2, places) : places).split(".");
  const shown = `$${whole.replace(/\B(?=(\d{3})+$)/g, ",")}`;
  const kept = decimals.slice(0, 2) + decimals.slice(2).replace(/0+$/, "");
  return `${value.lt(ZERO) ? "−" : ""}${shown}${kept && `.${kept}`}`;
}

/** A share as `50 %`, `48.7 %` or `10 – 20 %`. */
export function percent(share: Quantity): string {
  const [low, high] = share.bounds.map((end) => rounded(end.mul(HUNDRED), 1).replace(/\.0$/, "").replace("-", "−")) as [
    string,
    string,
  ];
  return low === high ? `${low}${GAP}%` : `${low} – ${high}${GAP}%`;
}

/** A price by the million tokens, as price lists have it. */
export function perMillion(value: Quantity): string {
  const [low, high] = value.bounds.map((end) => `$${grouped(end.mul(new Fraction(1_000_000n)))}`) as [string, string];
  return low === high ? low : `${low} – ${high}`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** Two of a unit are said in it, and one only where it is nearly that; a day is 24 hours. */
const NEAR = 0.05;

/** Seconds as `30 s`, `7 min`, `24 h` or `4 d`. */
export function duration(seconds: number): string {
  for (const [size, unit] of UNITS) {
    const count = seconds / size;
    const isOne = unit !== "d" && Math.abs(count - 1) < NEAR;
    if (count >= 2 || isOne) return `${count < 10 && !isOne ? Number(count.toFixed(1)) : Math.round(count)}${GAP}${unit}`;
  }
  return `1${GAP}s`;
}

/** A day as `21 Nov 2026`. */
export function date(iso: string): string {
  const at = new Date(`${iso}T00:00:00Z`);
  return at.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

/** Whole days from one day to another, both as in 2026-11-21. */
export function daysBetween(earlier: string, later: string): number {
  return Math.round((Date.parse(`${later}T00:00:00Z`) - Date.parse(`${earlier}T00:00:00Z`)) / 86_400_000);
}
