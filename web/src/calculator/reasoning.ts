/** Hidden reasoning: how much is billed on top of what is seen, learned from answers, else a rule of thumb. */

import { Fraction, ONE, quantity, Quantity } from "./quantity.ts";
import { grouped } from "./wording.ts";

/** Where nothing was learned of a reasoning model. A rule of thumb of the articles; the hardest prompts take several times as much. */
export const BUFFER = quantity(["10%", "20%"]);

/** Answers below which their mean says little. */
export const ENOUGH = 20;

/** What providers reported for a model: so many answers, their output tokens, and the part of them that was reasoning. */
export interface Reported {
  readonly answers: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Reasoning as a share of the visible output, and why it is taken. */
export interface Buffer {
  readonly share: Quantity;
  readonly why: string;
}

/** What to reckon with for a model, by its whole name. */
export function bufferOf(model: string, reported: ReadonlyMap<string, Reported>): Buffer {
  const found = reported.get(model);
  if (found === undefined || found.answers < ENOUGH || found.output === found.reasoning) {
    const answers = found?.answers ?? 0;
    const seen = `${grouped(new Fraction(answers))} ${answers === 1 ? "answer is" : "answers are"}`;
    return {
      share: BUFFER,
      why: `${model}: ${seen} too few to learn from; reasoning is taken as 10-20% on top`,
    };
  }
  const share = new Fraction(found.reasoning, found.output - found.reasoning);
  const told = `${percent(share)}% on top of the visible output in the latest ${grouped(new Fraction(found.answers))} answers`;
  return { share: quantity(share), why: `${model}: reasoning was ${told}` };
}

/** In whole per cent; a half goes to the even neighbour. */
function percent(share: Fraction): bigint {
  const hundredths = share.mul(100n);
  const below = hundredths.floor();
  const twice = hundredths.sub(below).mul(2n);
  const up = twice.gt(ONE) || (twice.equals(ONE) && below.n % 2n === 1n);
  return below.n + (up ? 1n : 0n);
}
