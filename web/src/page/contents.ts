/** What the page is told: `bide.advise.page.contents` makes it, and a block of JSON in the document holds it. */

import type { CatalogueData } from "../calculator/catalogue.ts";

/** A title and where in it something is said. */
export interface Source {
  readonly title: string;
  readonly publisher: string;
  readonly section: string | null;
}

/** A row of the use-case matrix, with what the advisor says; `waits` and `cached` in per cent. */
export interface UseCase {
  readonly id: string;
  readonly title: string;
  readonly volume: string;
  readonly may_take: string;
  readonly within: number | null;
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly period: string;
  readonly waits: number;
  readonly cached: number;
  readonly numbers: string;
  readonly mode: string;
  readonly rule: string;
  readonly says: string;
  readonly reason: string;
  readonly sources: readonly Source[];
  readonly warnings: readonly { readonly code: string; readonly says: string }[];
}

/** Seconds by which so much of a provider's batches is done; `done` by the seconds of `within`. */
export interface BatchTime {
  readonly half: number;
  readonly nine_in_ten: number;
  readonly done: Readonly<Record<string, number>>;
  readonly limit: number | null;
  readonly source: string;
}

/** How long each lane takes, in seconds. */
export interface LaneTimes {
  readonly within: readonly number[];
  readonly call: { readonly first: number; readonly tokens_a_second: number; readonly source: string };
  readonly flex: { readonly low: number; readonly high: number; readonly source: string };
  readonly batch: Readonly<Record<string, BatchTime>>;
}

/** A model that is offered before all others, and what it is good for. */
export interface KeyModel {
  readonly name: string;
  readonly tier: string;
}

/** All of it. */
export interface Contents {
  readonly format: "bide-calculator-page-1";
  readonly key_models: readonly KeyModel[];
  readonly use_cases: readonly UseCase[];
  readonly lane_times: LaneTimes;
  readonly catalogue: CatalogueData;
}

/** What the document holds. */
export function contents(): Contents {
  const block = document.getElementById("contents");
  const found = JSON.parse(block?.textContent ?? "null") as Contents | null;
  if (found?.format !== "bide-calculator-page-1") throw new Error("the page was made without its prices");
  return found;
}
