/**
 * The same text is more tokens with one tokenizer than with another, so equal prices are not equal costs.
 *
 * Measured on 2026-11-21 over 60,000 characters each of English, Python and multilingual text: tokens of Claude's tokenizers (counted
 * by ctok, which is unofficial) for one of OpenAI's o200k. A ratio is the range over the three; where nobody has measured, there is none.
 */

import { quantity, Quantity } from "./quantity.ts";

/** How the names of models begin that are counted by o200k; for GPT-5 and GPT-6 it is an assumption. */
const O200K = ["gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-6", "gpt-oss", "chatgpt-4o", "o1", "o3", "o4"];

/** Claude up to 4.6, and since 4.7. */
const EARLIER = quantity(["1.18", "1.81"]);
const LATER = quantity(["1.60", "1.82"]);

const CLAUDE = /claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2})(?!\d))?/;

/** Tokens of a model for one of o200k, in its name alone; null: not known. */
export function ratio(model: string): Quantity | null {
  const name = model.toLowerCase().slice(model.lastIndexOf("/") + 1);
  if (O200K.some((beginning) => name.startsWith(beginning))) return quantity(1n);
  const found = CLAUDE.exec(name);
  if (found === null) return null;
  const [major, minor] = [Number(found[1]), Number(found[2] ?? 0)];
  return major > 4 || (major === 4 && minor >= 7) ? LATER : EARLIER;
}

/** Tokens of the model that is wanted for one of that by which was counted; null: not known. */
export function between(counted: string, wanted: string): Quantity | null {
  if (counted === wanted) return quantity(1n);
  const [of, to] = [ratio(counted), ratio(wanted)];
  if (of === null || to === null) return null;
  if (of.equals(to)) return quantity(1n);
  return new Quantity(to.low.div(of.high), to.high.div(of.low));
}
