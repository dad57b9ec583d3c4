/** Lanes beside each other for the same work, with what each saves against calling everything in real time. */

import { bill, type Bill } from "./bill.ts";
import { Derivation, type Figure } from "./derivation.ts";
import { billed, type Billed } from "./effective.ts";
import { InputError } from "./errors.ts";
import { type Convention, USUAL } from "./month.ts";
import { saved, type Saved } from "./saving.ts";
import { BATCH, HYBRID, LANES, type Price, REALTIME } from "./tariff.ts";
import { grouped } from "./wording.ts";
import { ONCE, type Part } from "./workload.ts";

/**
 * What all of the work costs in a lane: in its period, in a month (null: it does not come again), and of one request.
 *
 * `input` and `output` are the parts of `cost`. `saved` and `savedMonth` are against the real-time cost, null where that is unknown.
 * `prices` names whose prices were taken: its own, and in a hybrid also that of real time.
 */
export interface LaneCost {
  readonly lane: string;
  readonly input: Figure;
  readonly output: Figure;
  readonly cost: Figure;
  readonly month: Figure | null;
  readonly request: Figure | null;
  readonly saved: Saved | null;
  readonly savedMonth: Figure | null;
  readonly prices: readonly string[];
}

/** The lanes, real time first, the work's tokens, and every step. */
export interface Comparison {
  readonly lanes: readonly LaneCost[];
  readonly tokens: readonly Billed[];
  readonly period: string;
  readonly month: Convention;
  readonly derivation: Derivation;
}

/**
 * Every lane that all of the parts have a price in. With parts that cannot wait, batch becomes hybrid: they are called.
 *
 * `to` has the steps before, if there were any.
 *
 * @throws {InputError} there are no parts, or they are of several periods, or no lane has prices for all of them.
 */
export function compare(parts: readonly Part[], month: Convention = USUAL, to = new Derivation()): Comparison {
  const [first, ...others] = parts;
  const period = first?.workload.period;
  if (period === undefined || others.some((part) => part.workload.period !== period)) {
    throw new InputError("give work of one period: all of it by the day, or all of it by the month");
  }
  const named = parts.map((part) => {
    const name = others.length ? part.name : "";
    return { name, tokens: billed(part.workload, to, name), bills: new Map<string, Bill>() };
  });
  const tokens = named.map((one) => one.tokens);
  const requests = allRequests(tokens, to);
  const costs: LaneCost[] = [];
  for (const { lane, chosen } of lanesOf(parts)) {
    const bills = named.map(({ name, tokens, bills }, at) => {
      const { taken, price } = chosen[at] as Chosen;
      const found = bills.get(taken) ?? bill(tokens, price, taken, to, name);
      bills.set(taken, found);
      return found;
    });
    const periods = period === ONCE ? null : month.each(period);
    const called = costs.find((one) => one.lane === REALTIME) ?? null;
    const prices = [...new Set(chosen.map((one) => one.taken))];
    costs.push(laneCost(lane, bills, prices, periods, requests, called, to));
  }
  if (!costs.length) {
    throw new InputError("no lane has a price for all of the work; give the prices that are unknown");
  }
  if (period !== ONCE && period !== "month") {
    to.note(`a month is ${grouped(month.each(period).value.low)} ${period}s`);
  }
  return { lanes: costs, tokens, period, month, derivation: to };
}

/** The costs in a lane; undefined: the work is not priced there. */
export function laneOf(found: Comparison, lane: string): LaneCost | undefined {
  return found.lanes.find((one) => one.lane === lane);
}

/** A lane of the bills of all parts; `periods` are those of a month, `called` is what real time costs. */
function laneCost(
  lane: string,
  bills: readonly Bill[],
  prices: readonly string[],
  periods: Figure | null,
  requests: Figure | null,
  called: LaneCost | null,
  to: Derivation,
): LaneCost {
  const whole = (name: string, kind: keyof Bill): Figure =>
    sum(
      name,
      bills.map((one) => one[kind]),
      to,
    );
  const cost = whole(`cost, ${lane}`, "cost");
  const month = periods && to.multiply(`cost a month, ${lane}`, cost, periods);
  const savedMonth = called?.month && month && to.subtract(`saved a month, ${lane}`, called.month, month);
  return {
    lane,
    input: whole(`input cost, ${lane}`, "input"),
    output: whole(`output cost, ${lane}`, "output"),
    cost,
    month,
    request: requests && to.divide(`cost of a request, ${lane}`, cost, requests),
    saved: called && saved(called.cost, cost, to, `saved, ${lane}`),
    savedMonth: savedMonth ?? null,
    prices,
  };
}

/** The lane that is taken for a part, and its price there. */
interface Chosen {
  readonly taken: string;
  readonly price: Price;
}

/** The lanes, each with that of every part. */
function lanesOf(parts: readonly Part[]): readonly { readonly lane: string; readonly chosen: readonly Chosen[] }[] {
  const found: { lane: string; chosen: readonly Chosen[] }[] = [];
  for (const lane of [REALTIME, ...LANES.filter((one) => one !== REALTIME)]) {
    const wanted = parts.map((part) => (part.waits ? lane : REALTIME));
    const mixed = new Set(wanted).size > 1;
    // A hybrid is what waits in batches and the rest called; others can be had by asking for the parts alone.
    if (mixed && lane !== BATCH) continue;
    if (lane !== REALTIME && wanted.includes(REALTIME) && !mixed) continue;
    const chosen = parts.flatMap((part): Chosen[] => {
      const taken = part.waits ? lane : REALTIME;
      const price = part.tariff.prices.get(taken);
      return price ? [{ taken, price }] : [];
    });
    if (chosen.length === parts.length) found.push({ lane: mixed ? HYBRID : lane, chosen });
  }
  return found;
}

function sum(name: string, figures: readonly Figure[], to: Derivation): Figure {
  const [first, ...others] = figures;
  return first && !others.length ? first : to.add(name, ...figures);
}

/** All requests of the period; null where there are none, or somebody's number is not given. */
function allRequests(tokens: readonly Billed[], to: Derivation): Figure | null {
  const counts = tokens.map((one) => one.requests).filter((one) => one !== null);
  if (!counts.length || counts.length < tokens.length) return null;
  const whole = sum("all requests", counts, to);
  return whole.value.maybeZero ? null : whole;
}
