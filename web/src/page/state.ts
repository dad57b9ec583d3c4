/** What somebody has picked and typed: all that the results follow from, besides the contents. */

import { type FieldName, FIELDS, KNOWN } from "./field.ts";
import type { Contents, UseCase } from "./contents.ts";

/**
 * Texts as they were typed; `within` is in seconds, as text, or "" for no matter how long. `sameText`: the tokens are those of the
 * first model, and those of the others are reckoned from that; else each has as many.
 */
export interface State {
  readonly useCase: string;
  readonly models: readonly string[];
  readonly period: string;
  readonly within: string;
  readonly sameText: boolean;
  readonly texts: Readonly<Record<FieldName, string>>;
}

/** The use case of whoever brings all of their own numbers. */
export const OWN = "own";

export const PERIODS: Readonly<Record<string, string>> = {
  hour: "an hour",
  day: "a day",
  week: "a week",
  month: "a month",
  once: "once, all together",
};

/** More models than these nobody can tell apart in a chart. */
export const MOST_MODELS = 4;

/** The use case that a page opens with, and the model: of the key models the one that is still served and has a batch price. */
export const FIRST_CASE = "tickets";
export const FIRST_MODEL = "openai/gpt-4o-mini";

/** What a page opens with. */
export function initial(contents: Contents): State {
  const first = contents.use_cases.find((one) => one.id === FIRST_CASE);
  const plain: State = {
    useCase: OWN,
    models: [firstModel(contents)],
    period: "day",
    within: "",
    sameText: false,
    texts: Object.fromEntries(FIELDS.map((name) => [name, KNOWN[name].usual])) as Record<FieldName, string>,
  };
  return first === undefined ? plain : picked(plain, first);
}

/** The first model, or another where the prices are of an edition that does not have it. */
function firstModel({ key_models: keys, catalogue }: Contents): string {
  const [row] = catalogue.models;
  const other = keys[0]?.name ?? (row ? `${row.provider}/${row.model}` : "");
  return keys.some((key) => key.name === FIRST_MODEL) ? FIRST_MODEL : other;
}

/** After a use case was picked: its numbers take the place of those that were there; models and months stay. */
export function picked(state: State, one: UseCase): State {
  return {
    ...state,
    useCase: one.id,
    period: one.period,
    within: one.within === null ? "" : String(one.within),
    texts: {
      ...state.texts,
      n: one.requests.toLocaleString("en-US"),
      in: one.input_tokens.toLocaleString("en-US"),
      out: one.output_tokens.toLocaleString("en-US"),
      waits: `${one.waits}%`,
      cached: `${one.cached}%`,
      answered: KNOWN.answered.usual,
      compression: KNOWN.compression.usual,
      reasoning: KNOWN.reasoning.usual,
    },
  };
}

/** Whether the numbers are still those that came with the use case. */
export function isAsItCame(state: State, one: UseCase): boolean {
  return JSON.stringify(picked(state, one)) === JSON.stringify(state);
}
