/**
 * The prices in force, as `bide.advise.calculator.catalogue` writes them: every model at every provider (the same model on another
 * surface is another row), with where each price is from, how far that can be trusted, and whether it is stale.
 *
 * A lane that a model lacks has no price that anybody knows, and nothing stands in for it.
 */

import { InputError } from "./errors.ts";
import { REALTIME } from "./tariff.ts";

export const FORMAT = "bide-calculator-catalogue-1";

/** What a lane is called in the catalogue. */
export const MODES = { batch: "batch", flex: "flex", [REALTIME]: "standard", priority: "priority" } as const;

export type Mode = (typeof MODES)[keyof typeof MODES];

/** The prices of requests with more input tokens than the first number, in USD per million: input, cached, cache write, output. */
export type Tier = readonly [above: number, input: string, cached: string, cacheWrite: string, output: string];

/** Whose prices these are, how far they can be trusted, and when somebody last looked (null: nobody knows, or they are one's own). */
export interface Origin {
  readonly source: string;
  readonly confidence: string;
  readonly checked_on: string | null;
  readonly stale: boolean;
}

/**
 * What a lane costs: the place of its origin among those of the file, and its tiers, at the dearest hours; then the cheap hours of a
 * price that depends on them (else ""), and its tiers then.
 */
export type Rates = readonly [origin: number, tiers: readonly Tier[], hours: string, cheap: readonly Tier[]];

/** Since when a model is no longer served; `on` is null where nobody has told the day. */
export interface Gone {
  readonly on: string | null;
  readonly past: boolean;
  readonly source: string;
}

/** A model at a provider. */
export interface Row {
  readonly provider: string;
  readonly model: string;
  readonly name?: string;
  readonly context_window?: number;
  readonly maximum_output?: number;
  readonly deprecated?: boolean;
  readonly retired?: Gone;
  readonly dispute?: string;
  readonly standard?: Rates;
  readonly batch?: Rates;
  readonly flex?: Rates;
  readonly priority?: Rates;
}

/** What running a model oneself costs: USD for one `per`, from `low` to `high`. */
export interface Instance {
  readonly name: string;
  readonly service: string;
  readonly per: string;
  readonly low: string;
  readonly high: string;
  readonly accelerators: string;
  readonly source: string;
  readonly confidence: string;
  readonly checked_on: string;
  readonly stale: boolean;
}

/** What Python writes. */
export interface CatalogueData {
  readonly format: string;
  readonly day: string;
  readonly editions: string;
  readonly stale_after_days: number;
  readonly origins: readonly Origin[];
  readonly models: readonly Row[];
  readonly infrastructure: readonly Instance[];
}

/** The prices of a day. */
export class Catalogue {
  private readonly rows: ReadonlyMap<string, Row>;

  /** @throws {InputError} the data has another format, so another version of bide wrote it. */
  constructor(private readonly data: CatalogueData) {
    if (data.format !== FORMAT) {
      throw new InputError(`the prices are not written as ${FORMAT}; write the page anew with the same version of bide`);
    }
    this.rows = new Map(data.models.map((row) => [`${row.provider}/${row.model}`, row]));
  }

  get day(): string {
    return this.data.day;
  }

  /** The data that the prices are from. */
  get editions(): string {
    return this.data.editions;
  }

  get staleAfterDays(): number {
    return this.data.stale_after_days;
  }

  get models(): readonly Row[] {
    return this.data.models;
  }

  get infrastructure(): readonly Instance[] {
    return this.data.infrastructure;
  }

  /** A model by its provider and its name there. */
  find(provider: string, model: string): Row | undefined {
    return this.rows.get(`${provider}/${model}`);
  }

  /** Where the prices of a lane are from; undefined: the lane has none. */
  origin(rates: Rates | undefined): Origin | undefined {
    return rates && this.data.origins[rates[0]];
  }
}
