/** Shares that are saved. They multiply: half off and then 40 % off is 70 % off, not 90. */

import { Derivation, figure, type Figure } from "./derivation.ts";
import { saves } from "./effective.ts";
import { InputError } from "./errors.ts";
import { type Fraction, ONE, quantity, Quantity, ZERO } from "./quantity.ts";
import { NUMBER } from "./unit.ts";
import { NOTHING, shareOf, WHOLE } from "./workload.ts";

export const FREE = "where nothing is paid, nothing is saved: the share is 0%";

/** What is saved, in money and as a share of what it would have cost. */
export interface Saved {
  readonly money: Figure;
  readonly share: Figure;
}

/** (before − after) ÷ before; of nothing, nothing is saved. @throws {UnitError} */
export function saved(before: Figure, after: Figure, to: Derivation, name = "saved"): Saved {
  const money = to.subtract(name, before, after);
  if (before.value.maybeZero) {
    to.note(FREE);
    const shareOfCase = (part: Fraction, whole: Fraction): Fraction => (whole.n === 0n ? ZERO : part.div(whole));
    const low = shareOfCase(money.value.low, before.value.low);
    const high = shareOfCase(money.value.high, before.value.high);
    return { money, share: figure(`${name}, share`, new Quantity(low, high, NUMBER)) };
  }
  return { money, share: to.divide(`${name}, share`, money, before) };
}

/** What several discounts save together: 1 − (1 − one) × (1 − other) … @throws {InputError} one is no share. */
export function combined(discounts: ReadonlyMap<string, Quantity>, to: Derivation): Figure {
  let left = figure("1", WHOLE);
  for (const [name, share] of discounts) {
    const part = to.rest(`left by ${name}`, figure(name, saves(shareOf(share, name))));
    left = to.multiply(`left after ${name}`, left, part);
  }
  return to.rest("saved together", left);
}

/**
 * The share of tokens that has to go to the cheaper model for a saving; `ratio` is its price over the dearer one's.
 *
 * @throws {InputError} the other model is not cheaper.
 */
export function routedFor(target: Quantity, ratio: Quantity, to: Derivation): Figure {
  if (ratio.most.gte(ONE)) {
    throw new InputError("the other model is not cheaper: no share of it saves anything");
  }
  const gain = to.rest("saved on a token that is routed", figure("price ratio", ratio));
  return to.divide("share to route", figure("saving wanted", target), gain);
}

/** The mean multiple of parts given as [name, share, multiple]. @throws {InputError} the shares are not the whole. */
export function blended(parts: readonly (readonly [string, Quantity, Quantity])[], to: Derivation): Figure {
  const shares = parts.map(([, share]) => new Quantity(share.low, share.high));
  if (!shares.reduce((sum, share) => sum.plus(share), NOTHING).equals(WHOLE)) {
    throw new InputError("the shares have to come to 100%");
  }
  const weighed = parts.map(([name, share, multiple]) =>
    to.multiply(`${name}, weighed`, figure(`share of ${name}`, share), figure(`multiple of ${name}`, multiple)),
  );
  return to.add("blended cost", ...weighed);
}

/** What a unit of work saves where the same hardware is busier. @throws {InputError} it is never busy. */
export function ofUtilisation(better: Quantity, worse: Quantity, to: Derivation): Figure {
  if (better.maybeZero || worse.maybeZero) {
    throw new InputError("a machine that is never busy does no work: give a utilisation above 0%");
  }
  const ratio = to.divide(
    "cost ratio",
    figure("utilisation in batch", better),
    figure("utilisation in real time", worse),
  );
  const part = to.divide("cost of a unit of work, as a part", figure("1", quantity(1n)), ratio);
  return to.rest("share saved", part);
}
