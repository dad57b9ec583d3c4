/** From what was typed to what it costs and how long it takes: a pure function of the state and the prices. */

import type { Catalogue } from "../calculator/catalogue.ts";
import { laneOf, type LaneCost } from "../calculator/comparison.ts";
import type { Derivation, Figure } from "../calculator/derivation.ts";
import { InputError, UnitError } from "../calculator/errors.ts";
import { Convention } from "../calculator/month.ts";
import { ALIKE, type Offer as Priced, offers } from "../calculator/offers.ts";
import { exact, given, ONE, Quantity, ZERO } from "../calculator/quantity.ts";
import { HYBRID, type Tariff } from "../calculator/tariff.ts";
import { between } from "../calculator/tokenizer.ts";
import { REQUEST, TOKEN, type Unit } from "../calculator/unit.ts";
import { shareOf, WHOLE, workload, type Workload } from "../calculator/workload.ts";
import type { LaneTimes } from "./contents.ts";
import { type FieldName, FIELDS, KNOWN } from "./field.ts";
import { COMPARED, type Lane, laneTime, type Time } from "./lane_time.ts";
import type { Model } from "./model.ts";
import type { State } from "./state.ts";

/** A lane of a model. `cost` is null where there is none, and `absent` says why; `time` is null where the lane is not there. */
export interface Row {
  readonly lane: Lane;
  readonly cost: LaneCost | null;
  readonly absent: string;
  readonly time: Time | null;
}

/** The sums of a model, under a title. */
export interface Sums {
  readonly title: string;
  readonly derivation: Derivation;
}

/** What the work costs at a model. */
export interface Offer {
  readonly model: Model;
  readonly tariff: Tariff;
  readonly rows: readonly Row[];
  readonly sums: readonly Sums[];
  readonly notes: readonly string[];
}

/** What is wrong with a number, by its name; `form` is about several of them. */
export type Problems = ReadonlyMap<FieldName | "form", string>;

/** All that follows from a state. Where there are problems there are no offers: half a sum is none. */
export interface Outcome {
  readonly offers: readonly Offer[];
  readonly problems: Problems;
}

/** The work itself, as the calculator takes it, and how much of it can wait. */
interface Asked {
  readonly work: Workload;
  readonly waits: Quantity;
  readonly month: Convention;
}

export const UNKNOWN = "unknown: nobody has told the price";

const NOT_HYBRID = { none: "nothing of it can wait, so it is all called", all: "all of it can wait, so it is the batch" };

/** Offers of the models, in their order. */
export function reckon(state: State, listed: readonly Model[], catalogue: Catalogue, times: LaneTimes): Outcome {
  const problems = new Map<FieldName | "form", string>();
  const asked = askedIn(state, problems);
  if (asked === null) return { offers: [], problems };
  const countedBy = state.sameText ? listed[0]?.model : undefined;
  const partly = asked.waits.most.gt(ZERO) && asked.waits.least.lt(ONE);
  try {
    const alone = offers({ work: asked.work, month: asked.month, countedBy }, listed, catalogue);
    const hybrids = partly
      ? offers({ work: asked.work, month: asked.month, countedBy, batchShare: asked.waits }, listed, catalogue)
      : [];
    const found = listed.map((model, at) => offer(model, alone[at] as Priced, hybrids[at] ?? null, asked, state, times));
    return { offers: found, problems };
  } catch (error) {
    return { offers: [], problems: new Map([["form", said(error)]]) };
  }
}

/** Whether the same text is known to be as many tokens with all of them. */
export function cutAlike(listed: readonly Model[]): boolean {
  return listed.every((model) => listed[0] === undefined || between(listed[0].model, model.model)?.equals(WHOLE) === true);
}

/** Where the work is, in a sentence. */
export function laneName(lane: Lane): string {
  return { realtime: "called at once", batch: "in batches", flex: "in flex", hybrid: "as a hybrid" }[lane];
}

/** A figure of a month; of what does not come again, of all of it. */
export function monthly(cost: LaneCost): Figure {
  return cost.month ?? cost.cost;
}

function askedIn(state: State, problems: Map<FieldName | "form", string>): Asked | null {
  const read = new Map<FieldName, Quantity>();
  for (const name of FIELDS) {
    try {
      read.set(name, inUnit(name, given(state.texts[name])));
    } catch (error) {
      problems.set(name, said(error));
    }
  }
  const number = (name: FieldName): Quantity => read.get(name) ?? given("0");
  if (problems.size) return null;
  try {
    const work = workload({
      requests: number("n"),
      inputTokens: number("in"),
      outputTokens: number("out"),
      period: state.period,
      cached: number("cached"),
      answered: number("answered"),
      compression: number("compression"),
      reasoning: number("reasoning"),
    });
    return { work, waits: number("waits"), month: new Convention({ days: exact(state.texts.days) }) };
  } catch (error) {
    problems.set("form", said(error));
    return null;
  }
}

/** A number in the unit of its field, if it makes sense there. @throws {InputError} */
function inUnit(name: FieldName, value: Quantity): Quantity {
  const field = KNOWN[name];
  if (field.kind === "share") return shareOf(value, field.label.toLowerCase(), name !== "reasoning");
  if (value.least.lt(ZERO)) throw new InputError("less than nothing; write a number from 0");
  if (name === "days") {
    if (value.isRange || value.low.lte(ZERO)) throw new InputError("write one number above 0, as in 30");
    return value;
  }
  const units: Readonly<Partial<Record<FieldName, Unit>>> = { n: REQUEST, in: TOKEN.per(REQUEST), out: TOKEN.per(REQUEST) };
  return new Quantity(value.low, value.high, units[name] ?? value.unit);
}

function offer(model: Model, alone: Priced, hybrid: Priced | null, asked: Asked, state: State, times: LaneTimes): Offer {
  const wanted = {
    provider: model.provider,
    outputTokens: Number(asked.work.outputTokens.most.mul(asked.work.reasoning.most.add(ONE)).valueOf()),
    within: state.within === "" ? null : Number(state.within),
  };
  const why = hybrid !== null ? UNKNOWN : asked.waits.most.equals(ZERO) ? NOT_HYBRID.none : NOT_HYBRID.all;
  const rows = COMPARED.map((lane): Row => {
    const found = lane === HYBRID ? hybrid?.comparison : alone.comparison;
    const cost = (found && laneOf(found, lane)) ?? null;
    if (cost === null) return { lane, cost, absent: lane === HYBRID ? why : UNKNOWN, time: null };
    return { lane, cost, absent: "", time: laneTime(times, lane, wanted) };
  });
  const sums: Sums[] = [];
  for (const [title, each] of [
    ["all of it in one lane", alone],
    [`${state.texts.waits} of the requests wait, the rest is called`, hybrid],
  ] as const) {
    if (each?.comparison) sums.push({ title, derivation: each.comparison.derivation });
  }
  const notes = [...new Set(sums.flatMap((each) => each.derivation.notes))].filter((note) => note !== ALIKE);
  const [tariff = { model: model.name, prices: new Map() }] = alone.tariffs;
  return { model, tariff, rows, sums, notes };
}

/** What a person can do about it; a defect of ours is thrown on. */
function said(error: unknown): string {
  if (error instanceof InputError || error instanceof UnitError) return error.message;
  throw error;
}
