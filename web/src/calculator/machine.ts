/** Hardware by the hour. It is kept apart from tokens: who pays an API by the token needs no endpoint beside it. */

import { Derivation, figure, type Figure } from "./derivation.ts";
import { saves } from "./effective.ts";
import { InputError } from "./errors.ts";
import { type Convention, USUAL } from "./month.ts";
import { Fraction, type Quantity } from "./quantity.ts";
import { DAY, HOUR, MONTH, REQUEST, USD } from "./unit.ts";
import { shareOf, WHOLE } from "./workload.ts";

export const APART =
  "hardware by the hour is shown beside tokens, not added to them: a per-token API needs none of it";

const HOURS_A_DAY = new Fraction(24n);

/**
 * Instances and how long they run: `hours` in a day or in a month; without them always. `count` is one if it is left out.
 *
 * `busy` is the share of that in which they work. `discounts` (spot, off-peak, commitment) multiply.
 */
export interface Machine {
  readonly name: string;
  readonly hourly: Quantity;
  readonly count?: Quantity | undefined;
  readonly hours?: Quantity | undefined;
  readonly busy?: Quantity | undefined;
  readonly discounts?: ReadonlyMap<string, Quantity> | undefined;
}

/**
 * Of a month; `hourly` is that of all instances, after the discounts. `idle` is the part of `cost` in which nothing was done,
 * null where nobody says.
 */
export interface MachineCost {
  readonly hours: Figure;
  readonly hourly: Figure;
  readonly cost: Figure;
  readonly idle: Figure | null;
}

/** What hardware costs in a month. @throws {InputError} @throws {UnitError} */
export function machineCost(machine: Machine, to: Derivation, month: Convention = USUAL): MachineCost {
  const hours = hoursOf(machine, to, month);
  let price = figure("hourly price", machine.hourly.of(USD.per(HOUR), `the price of ${machine.name}`));
  for (const [name, share] of machine.discounts ?? []) {
    const left = to.rest(`left by ${name}`, figure(name, saves(shareOf(share, name))));
    price = to.multiply(`hourly price after ${name}`, price, left);
  }
  const hourly = to.multiply("price of an hour", figure("instances", machine.count ?? WHOLE), price);
  const cost = to.multiply(`${machine.name} a month`, hourly, hours);
  let idle: Figure | null = null;
  if (machine.busy !== undefined) {
    const share = to.rest("idle share", figure("busy share", saves(shareOf(machine.busy, "busy"))));
    idle = to.multiply(`${machine.name} a month, idle`, cost, share);
  }
  to.note(APART);
  return { hours, hourly, cost, idle };
}

/**
 * Requests an hour above which hardware is cheaper than an API; `request` is what one costs there.
 *
 * @throws {InputError} the API costs nothing.
 */
export function breakEven(hourly: Quantity, request: Quantity, to: Derivation): Figure {
  if (request.maybeZero) {
    throw new InputError("a request costs nothing at the API, so hardware never pays; give its price");
  }
  return to.divide(
    "requests an hour to break even",
    figure("hourly price", hourly.of(USD.per(HOUR), "hourly")),
    figure("cost of a request", request.of(USD.per(REQUEST), "request")),
  );
}

/** The busy share of some time, both in the same unit. @throws {InputError} */
export function utilisation(busy: Quantity, openFor: Quantity, to: Derivation): Figure {
  if (openFor.maybeZero) {
    throw new InputError("a machine that is never on has no utilisation; give the hours it runs");
  }
  return to.divide("utilisation", figure("busy", busy), figure("running", openFor.of(busy.unit, "running")));
}

function hoursOf(machine: Machine, to: Derivation, month: Convention): Figure {
  if (machine.hours === undefined) return month.each("hour");
  if (machine.hours.unit.equals(HOUR.per(DAY))) {
    if (machine.hours.most.gt(HOURS_A_DAY)) {
      throw new InputError(`${machine.name} cannot run for more than 24 hours a day`);
    }
    return to.multiply("hours a month", figure("hours a day", machine.hours), month.each("day"));
  }
  return figure("hours a month", machine.hours.of(HOUR.per(MONTH), "hours"));
}
