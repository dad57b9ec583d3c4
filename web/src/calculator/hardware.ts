/** Hardware of one's own beside what the same work costs at an API: what it costs, and from how much work on it pays. */

import { Derivation, type Figure } from "./derivation.ts";
import { breakEven, type Machine, machineCost, type MachineCost } from "./machine.ts";
import { type Convention, USUAL } from "./month.ts";
import type { Offer } from "./offers.ts";
import { REQUEST, USD } from "./unit.ts";

/** From how many requests an hour on hardware is cheaper than a model in a lane, if it can serve so many. */
export interface Pays {
  readonly model: string;
  readonly lane: string;
  readonly requests: Figure;
}

/** `pays` is empty where nobody says how many requests the work is. */
export interface Hardware {
  readonly cost: MachineCost;
  readonly pays: readonly Pays[];
  readonly derivation: Derivation;
}

/** What a machine costs in a month, beside every lane that has a price. @throws {InputError} @throws {UnitError} */
export function hardware(machine: Machine, told: readonly Offer[], month: Convention = USUAL): Hardware {
  const to = new Derivation();
  const cost = machineCost(machine, to, month);
  const pays = told.flatMap((one) =>
    (one.comparison?.lanes ?? []).flatMap((lane): Pays[] => {
      const request = lane.request?.value;
      if (!request || !request.unit.equals(USD.per(REQUEST)) || request.maybeZero) return [];
      return [{ model: one.name, lane: lane.lane, requests: breakEven(cost.hourly.value, request, to) }];
    }),
  );
  return { cost, pays, derivation: to };
}
