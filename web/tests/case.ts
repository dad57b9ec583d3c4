/**
 * The cases of `tests/cases/calculator`, worked out: what is given, as people write it, and every figure, line and note that comes out.
 *
 * `tests/advise/cases.py` is the same in Python.
 */

import type { Catalogue } from "../src/calculator/catalogue.ts";
import { type Comparison, compare, type LaneCost } from "../src/calculator/comparison.ts";
import { Derivation, type Figure, figure } from "../src/calculator/derivation.ts";
import { InputError, UnitError } from "../src/calculator/errors.ts";
import { hardware } from "../src/calculator/hardware.ts";
import type { Listed } from "../src/calculator/listing.ts";
import { breakEven, type Machine, machineCost, utilisation } from "../src/calculator/machine.ts";
import { Convention } from "../src/calculator/month.ts";
import { type Asked, type Offer, offers, routedOffer } from "../src/calculator/offers.ts";
import { exact, type Fraction, given, quantity, type Quantity } from "../src/calculator/quantity.ts";
import * as rendering from "../src/calculator/rendering.ts";
import { blended, combined, ofUtilisation, routedFor, saved } from "../src/calculator/saving.ts";
import { byHand, type Price, type Tariff } from "../src/calculator/tariff.ts";
import { fit, outsideWindow, pace, wholeLatency } from "../src/calculator/timing.ts";
import { DAY, HOUR, MONTH, NUMBER, REQUEST, SECOND, TOKEN, type Unit, USD } from "../src/calculator/unit.ts";
import { lines } from "../src/calculator/wording.ts";
import { NOTHING, type Part, part, routed, split, type Workload, workload } from "../src/calculator/workload.ts";

/** A number, or [cheapest case, dearest case]. */
type Cases = string | readonly [string, string];

type Named<Value> = Readonly<Record<string, Value>>;

interface Work {
  readonly input_tokens: Cases;
  readonly output_tokens: Cases;
  readonly requests?: Cases;
  readonly period?: string;
  readonly cached?: Cases;
  readonly written?: Cases;
  readonly answered?: Cases;
  readonly compression?: Cases;
  readonly reasoning?: Cases;
}

interface Costs {
  readonly input: Cases;
  readonly output?: Cases;
  readonly cached?: Cases;
  readonly cache_write?: Cases;
}

type Prices = { readonly unit: string } & Named<Costs | string>;

interface Month {
  readonly days?: string;
  readonly weeks?: string;
  readonly hours?: string;
}

interface Instances {
  readonly name?: string;
  readonly hourly: Cases;
  readonly unit?: string;
  readonly count?: Cases;
  readonly hours_a_day?: Cases;
  readonly hours_a_month?: Cases;
  readonly busy?: Cases;
  readonly discounts?: Named<Cases>;
  readonly month_days?: string;
}

interface Compared {
  readonly parts: readonly {
    readonly name?: string;
    readonly work: Work;
    readonly prices: Prices;
    readonly waits?: boolean;
  }[];
  readonly shares?: readonly Cases[];
  readonly batch_share?: Cases;
  readonly month?: Month;
}

interface Offered {
  readonly models: readonly string[];
  readonly work: Work;
  readonly counted_by?: string;
  readonly batch_share?: Cases;
  readonly month?: Month;
  readonly reported?: Named<readonly [number, number, number]>;
  readonly shares?: readonly Cases[];
  readonly machine?: Instances;
}

type Figures = Record<string, string>;

/** What comes out: figures as exact fractions with their units, lines and notes; or the error. */
export type Answer =
  | { readonly error: string }
  | { readonly figures: Figures; readonly lines: readonly string[]; readonly notes: readonly string[] };

/** A case without what is expected of it. */
export interface Case {
  readonly id: string;
  readonly kind: string;
  readonly given: unknown;
}

/** What comes out of a case, or its error. */
export function answer(of: Case, catalogue: Catalogue): Answer {
  return orError(() => {
    if (of.kind === "compare") {
      const found = comparison(of.given as Compared);
      return told(figuresOf(found), found.derivation);
    }
    if (of.kind === "offers") return offered(of.given as Offered, catalogue);
    const work = KINDS[of.kind];
    if (!work) throw new TypeError(`no kind: ${of.kind}`);
    const to = new Derivation();
    const found = Object.entries(work(of.given as never, to));
    return told(Object.fromEntries(found.map(([name, value]) => [name, exactly(value)])), to);
  });
}

/** What programs read of a comparison; null where nothing can be compared. */
export function rendered(of: Case, catalogue: Catalogue): rendering.Json {
  const found = orError(() => {
    if (of.kind === "compare") {
      const asked = of.given as Compared;
      const [first] = partsOf(asked);
      return { json: rendering.comparison(comparison(asked), first ? [first.tariff] : []) };
    }
    const asked = of.given as Offered;
    const each = offersOf(asked, catalogue);
    const json = each.map((one) => one.comparison && rendering.comparison(one.comparison, one.tariffs));
    const beside = asked.machine && hardware(machine(asked.machine), each, convention(asked.month));
    return { json: beside ? [...json, rendering.ofHardware(beside)] : json };
  });
  return "json" in found ? found.json : null;
}

/** `31/20 USD per day`, and of a range the cheapest case first: `1 to 3/2`. */
function exactly(value: Quantity | bigint): string {
  if (typeof value === "bigint") return value.toString();
  const [low, high] = [value.low, value.high].map((end: Fraction) => end.toFraction());
  const text = value.isRange ? `${low} to ${high}` : `${low}`;
  return value.unit.equals(NUMBER) ? text : `${text} ${value.unit}`;
}

function orError<Found>(work: () => Found): Found | { readonly error: string } {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError || error instanceof UnitError) return { error: `${error.code}: ${error.message}` };
    throw error;
  }
}

function told(figures: Figures, to: Derivation): Exclude<Answer, { error: string }> {
  return { figures, lines: lines(to), notes: to.notes };
}

function cases(value: Cases, unit: Unit | string = NUMBER): Quantity {
  return quantity(value, unit);
}

function map<From, To>(record: Named<From> | undefined, turn: (value: From) => To): ReadonlyMap<string, To> {
  return new Map(Object.entries(record ?? {}).map(([name, value]) => [name, turn(value)]));
}

function work(of: Work): Workload {
  const each = of.requests === undefined ? TOKEN : TOKEN.per(REQUEST);
  const share = (value: Cases | undefined): Quantity => (value === undefined ? NOTHING : cases(value));
  return workload({
    inputTokens: cases(of.input_tokens, each),
    outputTokens: cases(of.output_tokens, each),
    requests: of.requests === undefined ? null : cases(of.requests, REQUEST),
    period: of.period ?? "once",
    cached: share(of.cached),
    written: share(of.written),
    answered: share(of.answered),
    compression: share(of.compression),
    reasoning: share(of.reasoning),
  });
}

function tariff({ unit, ...lanes }: Prices): Tariff {
  const price = (each: Costs): Price => byHand(unit, { ...each, cacheWrite: each.cache_write });
  return { model: "given", prices: map(lanes as Named<Costs>, price) };
}

function convention(month: Month = {}): Convention {
  return new Convention(Object.fromEntries(Object.entries(month).map(([name, value]) => [name, exact(value)])));
}

function machine(of: Instances): Machine {
  const hours = of.hours_a_day === undefined ? undefined : cases(of.hours_a_day, HOUR.per(DAY));
  return {
    name: of.name ?? "instance",
    hourly: cases(of.hourly, of.unit ?? USD.per(HOUR)),
    count: cases(of.count ?? "1"),
    hours: of.hours_a_month === undefined ? hours : cases(of.hours_a_month, HOUR.per(MONTH)),
    busy: of.busy === undefined ? undefined : cases(of.busy),
    discounts: map(of.discounts, cases),
  };
}

function partsOf(of: Compared): readonly Part[] {
  let parts: readonly Part[] = of.parts.map((one) =>
    part(one.name ?? "work", work(one.work), tariff(one.prices), one.waits ?? true),
  );
  const { shares, batch_share: batchShare } = of;
  if (shares) parts = routed(parts.map((one, at) => [one, cases(shares[at] ?? "0")]));
  return batchShare === undefined ? parts : parts.flatMap((one) => split(one, cases(batchShare)));
}

function comparison(of: Compared): Comparison {
  return compare(partsOf(of), convention(of.month));
}

function figuresOf(found: Comparison, prefix = ""): Figures {
  const figures: Figures = {};
  found.tokens.forEach((tokens, at) => {
    for (const kind of ["plain", "cached", "written", "output", "requests"] as const) {
      const one = tokens[kind];
      if (one) figures[`${prefix}${at}.${kind}`] = exactly(one.value);
    }
  });
  for (const one of found.lanes) {
    for (const [what, value] of Object.entries(ofLane(one))) figures[`${prefix}${one.lane}.${what}`] = value;
  }
  return figures;
}

function ofLane(one: LaneCost): Figures {
  const { input, output, cost, month, request } = one;
  const named = {
    ...{ input, output, cost, month, request, saved_month: one.savedMonth },
    ...{ saved: one.saved?.money, saved_share: one.saved?.share },
  };
  const known = Object.entries(named).flatMap(([what, figure]) => (figure ? [[what, exactly(figure.value)]] : []));
  return { ...Object.fromEntries(known), prices: one.prices.join(" and ") };
}

function listed(name: string): Listed {
  const at = name.indexOf("/");
  return { name, provider: name.slice(0, at), model: name.slice(at + 1) };
}

function offersOf(of: Offered, catalogue: Catalogue): readonly Offer[] {
  const asked: Asked = {
    work: work(of.work),
    countedBy: of.counted_by,
    batchShare: of.batch_share === undefined ? undefined : cases(of.batch_share),
    month: convention(of.month),
    reported: of.reported && map(of.reported, ([answers, output, reasoning]) => ({ answers, output, reasoning })),
  };
  const found = offers(asked, of.models.map(listed), catalogue);
  const { shares } = of;
  if (!shares) return found;
  return [...found, routedOffer(asked, of.models.map((name, at) => [listed(name), cases(shares[at] ?? "0")]), catalogue)];
}

function offered(of: Offered, catalogue: Catalogue): Answer {
  const found = offersOf(of, catalogue);
  const whole: { figures: Figures; lines: string[]; notes: string[] } = { figures: {}, lines: [], notes: [] };
  for (const one of found) {
    whole.figures[`${one.name}.unknown`] = one.unknown.join(" and ");
    if (!one.comparison) continue;
    Object.assign(whole.figures, figuresOf(one.comparison, `${one.name}.`));
    whole.lines.push(...lines(one.comparison.derivation).map((line) => `${one.name}: ${line}`));
    whole.notes.push(...one.comparison.derivation.notes.map((note) => `${one.name}: ${note}`));
  }
  if (of.machine) {
    const beside = hardware(machine(of.machine), found, convention(of.month));
    for (const one of beside.pays) {
      whole.figures[`hardware.${one.model}.${one.lane}`] = exactly(one.requests.value);
    }
    whole.lines.push(...lines(beside.derivation));
    whole.notes.push(...beside.derivation.notes);
  }
  return whole;
}

/** Numbers with their units, by name. */
function numbers(of: Named<[Cases, string]>): readonly Figure[] {
  return Object.entries(of).map(([name, [value, unit]]) => figure(name, cases(value, unit)));
}

/** The other kinds of cases: what is worked out of what is given. */
const KINDS: Readonly<Record<string, (given: never, to: Derivation) => Named<Quantity | bigint>>> = {
  number: (of: { text: string }) => ({ number: given(of.text) }),
  quantity: (of: { value: Cases; unit: string }) => ({ quantity: cases(of.value, of.unit) }),
  month: (of: { period: string; month?: Month }) => ({ each: convention(of.month).each(of.period).value }),
  machine: (of: Instances, to) => {
    const found = machineCost(machine(of), to, convention(of.month_days === undefined ? {} : { days: of.month_days }));
    const figures = { hours: found.hours.value, hourly: found.hourly.value, month: found.cost.value };
    return found.idle ? { ...figures, idle: found.idle.value } : figures;
  },
  break_even: (of: { hourly: Cases; request: Cases; unit: string }, to) => ({
    requests: breakEven(cases(of.hourly, USD.per(HOUR)), cases(of.request, of.unit), to).value,
  }),
  saved: (of: { before: Cases; after: Cases }, to) => {
    const found = saved(figure("before", cases(of.before)), figure("after", cases(of.after)), to);
    return { saved: found.share.value, money: found.money.value };
  },
  add: ({ unit, ...of }: { unit: string } & Named<Cases>, to) => ({
    total: to.add("total", ...Object.entries(of).map(([name, value]) => figure(name, cases(value, unit)))).value,
  }),
  sum: (of: Named<[Cases, string]>, to) => ({ sum: to.add("sum", ...numbers(of)).value }),
  subtract: (of: Named<[Cases, string]>, to) => ({ rest: to.subtract("rest", ...numbers(of)).value }),
  product: (of: Named<[Cases, string]>, to) => ({ product: to.multiply("product", ...numbers(of)).value }),
  utilisation: (of: { busy_hours: Cases; hours: Cases }, to) => {
    const [busy, running] = [cases(of.busy_hours, HOUR), cases(of.hours, HOUR)];
    const idle = to.subtract("idle", figure("running", running), figure("busy", busy));
    return { utilisation: utilisation(busy, running, to).value, idle_hours: idle.value };
  },
  divide: (of: { of: [string, string]; by: [string, string]; times: string }, to) => {
    const [over, under] = [of.of, of.by].map(([number, what]) => figure(what, cases(number, what)));
    const seconds = figure("seconds an hour", cases(of.times, SECOND.per(HOUR)));
    return { result: to.divide("seconds of each", to.multiply("seconds", over!, seconds), under!).value };
  },
  by_utilisation: (of: { better: Cases; worse: Cases }, to) => {
    const share = ofUtilisation(cases(of.better), cases(of.worse), to);
    return { saved: share.value, ratio: to.steps[0]!.result };
  },
  blend: (of: Named<[Cases, Cases]>, to) => ({
    cost: blended(
      Object.entries(of).map(([name, [share, times]]) => [name, cases(share), cases(times)]),
      to,
    ).value,
  }),
  combined: (of: Named<Cases>, to) => ({ saved: combined(map(of, cases), to).value }),
  route: (of: { saving: Cases; cheap: Cases; premium: Cases }, to) => {
    const [cheaper, dearer] = [figure("cheaper price", cases(of.cheap)), figure("dearer price", cases(of.premium))];
    const ratio = to.divide("price ratio", cheaper, dearer);
    return { share: routedFor(cases(of.saving), ratio.value, to).value };
  },
  outside: (of: { job_hours: Cases; window_hours: Cases }, to) => ({
    outside: outsideWindow(cases(of.job_hours, HOUR), cases(of.window_hours, HOUR), to).value,
  }),
  latency: (of: Named<Cases>, to) => ({ total: wholeLatency(map(of, (value) => cases(value, SECOND)), to).value }),
  pace: (of: { requests: Cases; hours: Cases }, to) => ({
    pace: pace(cases(of.requests, REQUEST), cases(of.hours, HOUR), to).value,
  }),
  fit: (of: Named<string>) => {
    const whole = (name: string): bigint | undefined => (of[name] === undefined ? undefined : exact(of[name]).n);
    const limits = { perFile: whole("per_file"), quota: whole("quota") };
    const found = fit(whole("requests") ?? 0n, whole("tokens") ?? 0n, limits);
    return {
      ...(found.files === null ? {} : { files: found.files }),
      ...(found.times === null ? {} : { times: found.times }),
      fits: found.fits ? 1n : 0n,
    };
  },
};
