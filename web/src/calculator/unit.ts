/**
 * Units of the calculator: dollars, tokens, requests and times, and what comes of multiplying them.
 *
 * A price per thousand tokens and one per million differ by a scale, so neither can be taken for the other; dollars an hour
 * and dollars a month do not add up before somebody has said how many hours a month has.
 */

import { Fraction } from "fraction.js";

import { quoted, UnitError } from "./errors.ts";

/** What is counted. Times are bases of their own: how many hours a month has is a convention, not a fact. */
export const BASES = ["USD", "token", "request", "image", "second", "hour", "day", "week", "month"] as const;

export type Base = (typeof BASES)[number];

const SCALES = new Map<string, number>([
  ["k", 1_000],
  ["thousand", 1_000],
  ["1k", 1_000],
  ["m", 1_000_000],
  ["million", 1_000_000],
  ["1m", 1_000_000],
]);

const SAME = new Map<string, Base>([
  ["$", "USD"],
  ...BASES.map((base): [string, Base] => [base.toLowerCase(), base]),
  ...BASES.slice(1).map((base): [string, Base] => [`${base}s`, base]),
]);

/** Powers of bases, as in USD¹ token⁻¹. No powers: a plain number. */
export class Unit {
  private constructor(private readonly powers: readonly number[]) {}

  static of(base?: Base): Unit {
    return new Unit(BASES.map((each) => (each === base ? 1 : 0)));
  }

  times(other: Unit): Unit {
    return new Unit(this.powers.map((power, at) => power + (other.powers[at] ?? 0)));
  }

  per(other: Unit): Unit {
    return new Unit(this.powers.map((power, at) => power - (other.powers[at] ?? 0)));
  }

  equals(other: Unit): boolean {
    return this.powers.every((power, at) => power === other.powers[at]);
  }

  /** `USD per token`; of no powers `a plain number`. */
  toString(): string {
    const named = (sign: number): string[] => BASES.filter((_, at) => (this.powers[at] ?? 0) * sign > 0);
    const over = named(1).join(" × ");
    const under = named(-1).join(" and ");
    if (!under) return over || "a plain number";
    return `${over || "1"} per ${under}`;
  }
}

export const NUMBER = Unit.of();
export const USD = Unit.of("USD");
export const TOKEN = Unit.of("token");
export const REQUEST = Unit.of("request");
export const SECOND = Unit.of("second");
export const HOUR = Unit.of("hour");
export const DAY = Unit.of("day");
export const WEEK = Unit.of("week");
export const MONTH = Unit.of("month");

/**
 * A unit as people write it, and what one of it is in bases: `USD per 1M tokens` is 1/1,000,000 of USD per token.
 *
 * @throws {UnitError} a word of it is no unit.
 */
export function parseUnit(text: string): readonly [Unit, Fraction] {
  const written = text.trim().replace(/\s*\/\s*/g, " per ");
  const [over, under] = partition(written, " per ");
  const [scale, unit] = over === "1" ? ([1, NUMBER] as const) : part(over, text);
  if (!written.includes(" per ")) return [unit, new Fraction(scale)];
  const [below, divided] = part(under, text);
  return [unit.per(divided), new Fraction(scale, below)];
}

/** The text before and after the first separator. */
export function partition(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function part(text: string, whole: string): readonly [number, Unit] {
  const words = text.split(/\s+/).filter(Boolean);
  const base = SAME.get((words.at(-1) ?? "").toLowerCase());
  const scale = words.length === 2 ? SCALES.get((words[0] ?? "").toLowerCase()) : words.length === 1 ? 1 : undefined;
  if (base === undefined || scale === undefined) {
    throw new UnitError(
      `${quoted(whole)} is no unit; write it as in 'USD per 1M tokens', 'USD per 1K tokens', 'USD per hour' or 'requests per day'`,
    );
  }
  return [scale, Unit.of(base)];
}
