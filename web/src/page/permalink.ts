/** The state as the fragment of an address, which browsers send to nobody. */

import { given } from "../calculator/quantity.ts";
import type { Contents } from "./contents.ts";
import { FIELDS, type FieldName } from "./field.ts";
import { initial, MOST_MODELS, OWN, PERIODS, type State } from "./state.ts";

/** Longer ones were not made here. */
const LONGEST = 4096;

/** Longer numbers mean nothing. */
const LONGEST_TEXT = 40;

/** The fragment without its `#`. All of the state is in it, so that it means the same when what a page opens with has changed. */
export function written(state: State): string {
  const found = new URLSearchParams({ case: state.useCase });
  for (const model of state.models) found.append("model", model);
  found.set("per", state.period);
  found.set("within", state.within);
  found.set("text", state.sameText ? "same" : "each");
  for (const name of FIELDS) found.set(name, state.texts[name].replaceAll(",", ""));
  return found.toString().replaceAll("%2F", "/");
}

/** A state, and what of the fragment could not be used. */
export interface Restored {
  readonly state: State;
  readonly problems: readonly string[];
}

/** Whether a fragment is a state: another one names a place in the page. */
export function isState(fragment: string): boolean {
  return fragment.includes("=");
}

/** The state of a fragment over what a page opens with: what cannot be used is named, and the rest is taken. */
export function restored(fragment: string, contents: Contents, isModel: (name: string) => boolean): Restored {
  const start = initial(contents);
  const text = fragment.replace(/^#/, "");
  if (!isState(text)) return { state: start, problems: [] };
  if (text.length > LONGEST) return { state: start, problems: ["the link is too long to be one of this page"] };
  const asked = new URLSearchParams(text);
  const problems: string[] = [];
  const refuse = (name: string, value: string, instead: string): void => {
    problems.push(`${name} in the link is ${JSON.stringify(value.slice(0, LONGEST_TEXT))}: ${instead}`);
  };

  function one(name: string, usual: string, fits: (value: string) => boolean, what: string): string {
    const value = asked.get(name);
    if (value === null || fits(value)) return value ?? usual;
    refuse(name, value, `${what}; ${usual || "nothing"} is taken`);
    return usual;
  }

  const known = new Set([OWN, ...contents.use_cases.map((each) => each.id)]);
  const withins = new Set(["", ...contents.lane_times.within.map(String)]);
  const models = [...new Set(asked.getAll("model"))].filter((name) => {
    if (!isModel(name)) refuse("model", name, "no price list here has it; it is left out");
    return isModel(name);
  });
  if (models.length > MOST_MODELS) problems.push(`the link has ${models.length} models; the first ${MOST_MODELS} are shown`);
  const texts: Record<FieldName, string> = { ...start.texts };
  for (const name of FIELDS) texts[name] = grouped(one(name, start.texts[name], isNumber, "no number"));
  for (const name of new Set(asked.keys())) {
    if (![...FIELDS, "case", "model", "per", "within", "text"].includes(name)) refuse(name, asked.get(name) ?? "", "nothing here is called so");
  }
  const state: State = {
    useCase: one("case", start.useCase, (value) => known.has(value), "no use case"),
    models: models.length ? models.slice(0, MOST_MODELS) : start.models,
    period: one("per", start.period, (value) => Object.hasOwn(PERIODS, value), "no period"),
    within: one("within", start.within, (value) => withins.has(value), "none of the times to choose from"),
    sameText: one("text", "each", (value) => value === "same" || value === "each", "neither same nor each") === "same",
    texts,
  };
  return { state, problems };
}

/** Digits in groups of three, as a slider writes them. */
function grouped(text: string): string {
  return /^\d{4,15}$/.test(text) ? Number(text).toLocaleString("en-US") : text;
}

function isNumber(text: string): boolean {
  try {
    return text.length <= LONGEST_TEXT && given(text) !== null;
  } catch {
    return false;
  }
}
