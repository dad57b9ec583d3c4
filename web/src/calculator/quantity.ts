/**
 * Exact numbers with a unit, and with a range where nobody knows them better.
 *
 * `low` is the number in the cheapest case and `high` in the dearest; both are carried through every sum together, so that
 * what rests on one unknown stays together (all tokens input in one case, all output in the other). Fractions: nothing is
 * rounded before it is shown.
 */

import { Fraction } from "fraction.js";

import { InputError, quoted, UnitError, ZeroDivisionError } from "./errors.ts";
import { NUMBER, parseUnit, partition, Unit } from "./unit.ts";

export { Fraction };

/** What a number may be given as. A `number` has to be whole: 0.1 is not a tenth in one. */
export type Exact = bigint | number | string | Fraction;

export const ZERO = new Fraction(0n);
export const ONE = new Fraction(1n);

const LETTERS = new Map<string, bigint>([
  ["k", 10n ** 3n],
  ["K", 10n ** 3n],
  ["M", 10n ** 6n],
  ["B", 10n ** 9n],
  ["G", 10n ** 9n],
  ["T", 10n ** 12n],
]);

const NUMERAL = /^([-+]?)(?:(\d+)\/(\d+)|(\d*)\.?(\d*))$/;

/** More digits than anybody can mean. */
const LONGEST = 40;

/** A number in a unit, in the cheapest and in the dearest case. */
export class Quantity {
  constructor(
    readonly low: Fraction,
    readonly high: Fraction,
    readonly unit: Unit = NUMBER,
  ) {}

  get isRange(): boolean {
    return !this.low.equals(this.high);
  }

  /** The smaller number first, whichever case it is. */
  get bounds(): readonly [Fraction, Fraction] {
    return this.low.lte(this.high) ? [this.low, this.high] : [this.high, this.low];
  }

  get least(): Fraction {
    return this.bounds[0];
  }

  get most(): Fraction {
    return this.bounds[1];
  }

  /** Whether it is nothing in one of the cases. */
  get maybeZero(): boolean {
    return this.low.n === 0n || this.high.n === 0n;
  }

  /** Whether it is something in one of the cases. */
  get maybeSome(): boolean {
    return this.low.n !== 0n || this.high.n !== 0n;
  }

  plus(other: Quantity): Quantity {
    this.same(other, "added to");
    return new Quantity(this.low.add(other.low), this.high.add(other.high), this.unit);
  }

  minus(other: Quantity): Quantity {
    this.same(other, "subtracted from");
    return new Quantity(this.low.sub(other.low), this.high.sub(other.high), this.unit);
  }

  times(other: Quantity): Quantity {
    return new Quantity(this.low.mul(other.low), this.high.mul(other.high), this.unit.times(other.unit));
  }

  /** @throws {ZeroDivisionError} nothing is divided by zero; who divides says what it means then. */
  over(other: Quantity): Quantity {
    if (other.maybeZero) throw new ZeroDivisionError("a quantity was divided by zero");
    return new Quantity(this.low.div(other.low), this.high.div(other.high), this.unit.per(other.unit));
  }

  equals(other: Quantity): boolean {
    return this.low.equals(other.low) && this.high.equals(other.high) && this.unit.equals(other.unit);
  }

  /** Itself, if it is in this unit. @throws {UnitError} which calls it `name`. */
  of(unit: Unit, name: string): Quantity {
    if (!this.unit.equals(unit)) throw new UnitError(`${name} is in ${this.unit} and has to be in ${unit}`);
    return this;
  }

  private same(other: Quantity, how: string): void {
    if (!this.unit.equals(other.unit)) {
      throw new UnitError(
        `${other.unit} cannot be ${how} ${this.unit}: they are different things;` +
          " multiply one of them by what turns it into the other (a price, hours a month, days a month)",
      );
    }
  }
}

/**
 * A number, or [cheapest case, dearest case], in a unit; one in words is converted to bases.
 *
 * @throws {InputError} no number, or a part of one that is not written as text.
 * @throws {UnitError} the unit is none.
 */
export function quantity(value: Exact | readonly [Exact, Exact], unit: Unit | string = NUMBER): Quantity {
  const [base, scale] = typeof unit === "string" ? parseUnit(unit) : ([unit, ONE] as const);
  const [low, high] = Array.isArray(value) ? (value as readonly [Exact, Exact]) : [value as Exact, value as Exact];
  return new Quantity(exact(low).mul(scale), exact(high).mul(scale), base);
}

/** The number: `1.5`, `10M`, `40%`, `1/3`. @throws {InputError} */
export function exact(value: Exact): Fraction {
  if (value instanceof Fraction) return value;
  if (typeof value === "bigint") return new Fraction(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new InputError(`${value} is not exact; write it as text, as in '0.1'`);
    return new Fraction(value);
  }
  let text = value.trim().replace(/[,_]/g, "");
  let factor = ONE;
  const letter = LETTERS.get(text.slice(-1));
  if (text.endsWith("%")) {
    [text, factor] = [text.slice(0, -1), new Fraction(1n, 100n)];
  } else if (letter !== undefined) {
    [text, factor] = [text.slice(0, -1), new Fraction(letter)];
  }
  const found = fraction(text.trim());
  if (found === null) throw new InputError(`${quoted(value)} is no number; write it as in 1.5, 10M, 250K, 40% or 1/3`);
  return found.mul(factor);
}

/** A number or a range, as in `10%`, `10-20%` and `2M-5M`. @throws {InputError} */
export function given(text: string): Quantity {
  let [low, high] = partition(text, "-").map((part) => part.trim()) as [string, string];
  if (!text.includes("-") || !low) return quantity(text);
  if (high.endsWith("%") && !low.endsWith("%")) low += "%";
  const letter = high.slice(-1);
  if (LETTERS.has(letter) && !LETTERS.has(low.slice(-1))) {
    throw new InputError(`${quoted(text)} may mean two things; write both ends whole, as in ${low}${letter}-${high}`);
  }
  return quantity([low, high]);
}

/** In the decimal system with so many places, half up: for showing, never for going on with. */
export function rounded(value: Fraction, places: number): string {
  const scaled = value.n * 10n ** BigInt(places);
  const whole = (2n * scaled + value.d) / (2n * value.d);
  const digits = whole.toString().padStart(places + 1, "0");
  const sign = value.s < 0n && whole > 0n ? "-" : "";
  return places === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function fraction(text: string): Fraction | null {
  const found = NUMERAL.exec(text);
  if (found === null || text.length > LONGEST) return null;
  const [, sign, over, under, whole = "", places = ""] = found;
  if (over === undefined ? !(whole + places) : !BigInt(under ?? 0)) return null;
  const number =
    over === undefined
      ? new Fraction(BigInt(whole + places), 10n ** BigInt(places.length))
      : new Fraction(BigInt(over), BigInt(under ?? 1));
  return sign === "-" ? number.neg() : number;
}
