/** How a slider runs: shares one by one, counts in steps that grow with them, so that ten and ten million are both in reach. */

import { Fraction, given, ZERO } from "../calculator/quantity.ts";
import type { Field } from "./field.ts";

/** From one power of ten to the next. */
const RUNGS = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80] as const;

/** The numbers at a slider's positions, from nothing to the most. */
export function positions(field: Field): readonly number[] {
  if (field.kind === "share" || field.most < 100) return Array.from({ length: field.most + 1 }, (_, at) => at);
  const found = [0, 1, 2, 3, 4, 5, 6, 8];
  for (let power = 1; 10 * power <= field.most; power *= 10) {
    found.push(...RUNGS.map((rung) => rung * power).filter((number) => number <= field.most));
  }
  return found;
}

/** What is typed for a number at a position. */
export function textAt(field: Field, position: number): string {
  const number = positions(field)[position] ?? field.most;
  return field.kind === "share" ? `${number}%` : number.toLocaleString("en-US");
}

/** The position nearest to what is typed, in the middle of a range. @throws {InputError} it is no number. */
export function positionOf(field: Field, text: string): number {
  const value = given(text);
  const middle = value.low.add(value.high).div(new Fraction(2n)).mul(new Fraction(field.kind === "share" ? 100n : 1n));
  const wanted = middle.lt(ZERO) ? 0 : Number(middle.valueOf());
  const all = positions(field);
  return all.reduce((best, each, at) => (Math.abs(each - wanted) < Math.abs((all[best] ?? 0) - wanted) ? at : best), 0);
}
