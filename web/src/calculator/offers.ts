/** The same work at several models, each by its own price list and, where it is known, its own tokenizer. */

import type { Catalogue } from "./catalogue.ts";
import { type Comparison, compare } from "./comparison.ts";
import { Derivation, figure } from "./derivation.ts";
import { type Listed, listedTariff } from "./listing.ts";
import { type Convention, USUAL } from "./month.ts";
import { type Fraction, ONE, Quantity, ZERO } from "./quantity.ts";
import { bufferOf, type Reported } from "./reasoning.ts";
import { LANES, REALTIME, type Tariff } from "./tariff.ts";
import { between } from "./tokenizer.ts";
import { type Part, part, routed, split, WHOLE, type Workload } from "./workload.ts";

export const ALIKE =
  "the token counts are taken for every model alike; tokenizers differ, --tokens-of MODEL reckons with it";

/** The name of an offer of several models. */
export const ROUTED = "routed";

/**
 * The work, by whose tokens it was counted (without: by each model's own), how much of it can wait, and what a month is.
 *
 * `reported` is what was reported of models, from which their reasoning is taken; without, it is the work's own.
 */
export interface Asked {
  readonly work: Workload;
  readonly countedBy?: string | undefined;
  readonly batchShare?: Quantity | undefined;
  readonly month?: Convention | undefined;
  readonly reported?: ReadonlyMap<string, Reported> | undefined;
}

/** What the work would cost at a model, or divided between several. `comparison` is null where no lane has all prices. */
export interface Offer {
  readonly name: string;
  readonly tariffs: readonly Tariff[];
  readonly comparison: Comparison | null;
  /** Lanes that lack a price. */
  readonly unknown: readonly string[];
}

/** One for each model, in their order. @throws {InputError} the work makes no sense. */
export function offers(asked: Asked, models: readonly Listed[], catalogue: Catalogue): readonly Offer[] {
  const alike = cutAlike(models);
  return models.map((of) => offer(asked, of.name, [[of, WHOLE]], catalogue, alike));
}

/** The work divided between models, by shares of its tokens. @throws {InputError} as `offers`, and where the shares are not the whole. */
export function routedOffer(
  asked: Asked,
  mix: readonly (readonly [Listed, Quantity])[],
  catalogue: Catalogue,
): Offer {
  return offer(asked, ROUTED, mix, catalogue, cutAlike(mix.map(([of]) => of)));
}

function offer(
  asked: Asked,
  name: string,
  mix: readonly (readonly [Listed, Quantity])[],
  catalogue: Catalogue,
  alike: boolean,
): Offer {
  const to = new Derivation();
  if (asked.countedBy === undefined && !alike) to.note(ALIKE);
  const whole = mix.map(([of, share]): readonly [Part, Quantity] => {
    let work = asked.work;
    if (asked.reported !== undefined) {
      const buffer = bufferOf(of.name, asked.reported);
      to.note(buffer.why);
      work = { ...work, reasoning: buffer.share };
    }
    if (asked.countedBy !== undefined) work = cut(work, asked.countedBy, of.model, to);
    return [part(of.name, work, listedTariff(catalogue, of, longest(work))), share];
  });
  const tariffs = whole.map(([one]) => one.tariff);
  for (const hours of tariffs.flatMap((tariff) => [...tariff.prices.values()].map((price) => price.hours))) {
    if (hours) to.note(`the price depends on the hour: it is lowest at ${hours}, which is the lower end`);
  }
  let parts = routed(whole);
  const batchShare = asked.batchShare;
  if (batchShare !== undefined) parts = parts.flatMap((one) => split(one, batchShare));
  const needed = batchShare === undefined ? LANES : [REALTIME];
  const priced = needed.some((lane) => tariffs.every((tariff) => tariff.prices.has(lane)));
  return {
    name,
    tariffs,
    comparison: priced ? compare(parts, asked.month ?? USUAL, to) : null,
    unknown: LANES.filter((lane) => tariffs.some((tariff) => !tariff.prices.has(lane))),
  };
}

/** Whether the same text is as many tokens with each of them, as far as anybody knows. */
function cutAlike(models: readonly Listed[]): boolean {
  const [first] = models;
  return models.every((of) => first !== undefined && between(first.model, of.model)?.equals(WHOLE) === true);
}

/** The same text in a model's own tokens, as far as it was measured. */
function cut(work: Workload, countedBy: string, model: string, to: Derivation): Workload {
  const times = between(countedBy, model);
  if (times === null) {
    to.note(`nobody has measured how ${model} cuts text beside ${countedBy}: its tokens are taken to be as many`);
    return work;
  }
  if (times.low.equals(ONE) && times.high.equals(ONE)) return work;
  to.note(
    `the tokens of ${model} are an estimate: the same text as ${countedBy} would cut it, times what was measured`,
  );
  const factor = figure(`tokens of ${model} for one of ${countedBy}`, times);
  const own = (name: string, value: Quantity): Quantity =>
    to.multiply(`${name} as ${model} cuts them`, figure(name, value), factor).value;
  return {
    ...work,
    inputTokens: own("input tokens", work.inputTokens),
    outputTokens: own("output tokens", work.outputTokens),
  };
}

/** Input tokens of one request, by which the tier is found; the lowest where nobody says how many requests there are. */
function longest(work: Workload): readonly [Fraction, Fraction] {
  if (work.requests === null) return [ZERO, ZERO];
  return [work.inputTokens.low, work.inputTokens.high];
}
