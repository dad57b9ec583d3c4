/** What a month is. Articles differ, and bills too, so every result says which it took. */

import { figure, type Figure } from "./derivation.ts";
import { InputError, quoted } from "./errors.ts";
import { Fraction, ONE, Quantity } from "./quantity.ts";
import { DAY, HOUR, MONTH, Unit, WEEK } from "./unit.ts";

export const PERIODS: ReadonlyMap<string, Unit> = new Map([
  ["hour", HOUR],
  ["day", DAY],
  ["week", WEEK],
  ["month", MONTH],
]);

/**
 * How many days, weeks and hours a month has.
 *
 * The hours are those that cloud providers bill a machine by that never stops: 365 × 24 / 12.
 */
export class Convention {
  readonly days: Fraction;
  readonly weeks: Fraction;
  readonly hours: Fraction;

  constructor(given: { readonly days?: Fraction; readonly weeks?: Fraction; readonly hours?: Fraction } = {}) {
    this.days = given.days ?? new Fraction(30n);
    this.weeks = given.weeks ?? new Fraction(52n, 12n);
    this.hours = given.hours ?? new Fraction(730n);
  }

  /** How many of a period are in a month. @throws {InputError} */
  each(period: string): Figure {
    const unit = PERIODS.get(period);
    if (unit === undefined) throw new InputError(`${quoted(period)} is no period; write hour, day, week or month`);
    const count = unit === HOUR ? this.hours : unit === DAY ? this.days : unit === WEEK ? this.weeks : ONE;
    return figure(`${period}s a month`, new Quantity(count, count, unit.per(MONTH)));
  }
}

/** 30 days, 52/12 weeks, 730 hours. */
export const USUAL = new Convention();
