/** The models that can be picked, and how far their prices can be trusted today. */

import { Catalogue, type Gone, MODES, type Row, type CatalogueData } from "../calculator/catalogue.ts";
import type { Listed } from "../calculator/listing.ts";
import { daysBetween } from "./shown.ts";

/** The lanes that have prices of their own. */
export const PRICED = ["realtime", "batch", "flex"] as const;

export type PricedLane = (typeof PRICED)[number];

/** Where a price is from. `stale`: nobody has looked at it for long, or nobody knows when. */
export interface Trust {
  readonly source: string;
  readonly confidence: string;
  readonly checkedOn: string | null;
  readonly stale: boolean;
}

/** A model at a provider, by its whole name. */
export interface Model extends Listed {
  readonly title: string;
  readonly retired: Gone | null;
  readonly dispute: string;
  readonly contextWindow: number | null;
  readonly trust: ReadonlyMap<string, Trust>;
}

/** All models by name, and the prices they are reckoned with. `today` is a day as in 2026-11-21: a page grows old on a disk. */
export class Models {
  readonly catalogue: Catalogue;
  private readonly byName: ReadonlyMap<string, Model>;

  constructor(written: CatalogueData, today: string) {
    // What is paid for being served before others is no way of waiting, so it is not compared.
    this.catalogue = new Catalogue({ ...written, models: written.models.map(({ priority: _, ...row }) => row) });
    this.byName = new Map(this.catalogue.models.map((row) => [nameOf(row), this.model(row, today)]));
  }

  find(name: string): Model | undefined {
    return this.byName.get(name);
  }

  get size(): number {
    return this.byName.size;
  }

  /** Those whose names have all the words, the ones that begin with the first word before others, retired ones last. */
  search(text: string, most: number): readonly Model[] {
    const words = text.toLowerCase().split(/[\s/]+/).filter(Boolean);
    const [first = ""] = words;
    const rank = (one: Model): number =>
      (one.model.toLowerCase().startsWith(first) || one.provider.startsWith(first) ? 0 : 2) + (one.retired?.past ? 1 : 0);
    return [...this.byName.values()]
      .filter((one) => words.every((word) => `${one.name} ${one.title}`.toLowerCase().includes(word)))
      .map((one, at) => ({ one, at }))
      .sort((a, b) => rank(a.one) - rank(b.one) || a.one.model.length - b.one.model.length || a.at - b.at)
      .slice(0, most)
      .map(({ one }) => one);
  }

  private model(row: Row, today: string): Model {
    const trust = new Map<string, Trust>();
    for (const lane of PRICED) {
      const origin = this.catalogue.origin(row[MODES[lane]]);
      if (origin === undefined) continue;
      const { source, confidence, checked_on: checkedOn } = origin;
      const old = checkedOn !== null && daysBetween(checkedOn, today) > this.catalogue.staleAfterDays;
      trust.set(lane, { source, confidence, checkedOn, stale: old || origin.stale });
    }
    return {
      name: nameOf(row),
      provider: row.provider,
      model: row.model,
      title: row.name ?? row.model,
      retired: row.retired ? { ...row.retired, past: row.retired.past || isBefore(row.retired.on, today) } : null,
      dispute: row.dispute ?? "",
      contextWindow: row.context_window ?? null,
      trust,
    };
  }
}

/** Whether a day is over; of one that nobody has told nobody knows. */
function isBefore(day: string | null, today: string): boolean {
  return day !== null && day < today;
}

function nameOf(row: Row): string {
  return `${row.provider}/${row.model}`;
}
