/** The numbers that are asked for, each with what it means and how its slider runs. */

/** The names of the numbers, as a permalink has them. */
export const FIELDS = ["n", "in", "out", "cached", "answered", "compression", "reasoning", "waits", "days"] as const;

export type FieldName = (typeof FIELDS)[number];

/** How many of something, or a share of it; `most` is where the slider ends, and more may be typed where it makes sense. */
export interface Field {
  readonly name: FieldName;
  readonly label: string;
  readonly hint: string;
  readonly kind: "count" | "share";
  readonly most: number;
  readonly usual: string;
}

export const KNOWN: Readonly<Record<FieldName, Field>> = {
  n: { name: "n", label: "Requests", hint: "", kind: "count", most: 10_000_000, usual: "10,000" },
  in: {
    name: "in",
    label: "Input tokens of each",
    hint: "about four characters of English are a token",
    kind: "count",
    most: 1_000_000,
    usual: "800",
  },
  out: {
    name: "out",
    label: "Output tokens of each",
    hint: "what is visible of an answer",
    kind: "count",
    most: 100_000,
    usual: "200",
  },
  waits: {
    name: "waits",
    label: "Share that can wait",
    hint: "goes in batches in the hybrid; the rest is called at once",
    kind: "share",
    most: 100,
    usual: "100%",
  },
  cached: {
    name: "cached",
    label: "Input from the provider’s cache",
    hint: "the part of the input that is the same each time",
    kind: "share",
    most: 100,
    usual: "0%",
  },
  answered: {
    name: "answered",
    label: "Answered by a cache of your own",
    hint: "requests that were asked before, word for word",
    kind: "share",
    most: 100,
    usual: "0%",
  },
  compression: {
    name: "compression",
    label: "Input left out by compression",
    hint: "",
    kind: "share",
    most: 100,
    usual: "0%",
  },
  reasoning: {
    name: "reasoning",
    label: "Hidden reasoning on top of the output",
    hint: "10-20% is a rule of thumb for reasoning models; a range is written like that",
    kind: "share",
    most: 100,
    usual: "0%",
  },
  days: { name: "days", label: "Days in a month", hint: "", kind: "count", most: 31, usual: "30" },
};

/** Those that most people change, and those that are behind a fold. */
export const FIRST: readonly FieldName[] = ["in", "out", "waits"];
export const MORE: readonly FieldName[] = ["cached", "answered", "compression", "reasoning", "days"];
