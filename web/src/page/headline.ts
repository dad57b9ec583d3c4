/** The result in a sentence: of the first model, what waiting costs beside calling at once. */

import { laneName, monthly, type Offer, type Row } from "./reckoning.ts";
import { money, percent } from "./shown.ts";
import type { State } from "./state.ts";

/** The sentence; "" where there is nothing to say. */
export function headline(state: State, offers: readonly Offer[]): string {
  const [first] = offers;
  if (first === undefined) return "";
  const per = state.period === "once" ? "" : " a month";
  const of = (lane: string): Row | undefined => first.rows.find((row) => row.lane === lane);
  const called = of("realtime")?.cost;
  const waits = best(first);
  const who = offers.length > 1 ? `${first.model.name}: ` : "";
  if (!called && !waits?.cost) return `${who}the price of ${first.model.name} is unknown.`;
  if (!called) return `${who}the real-time price is unknown, so nobody can say what waiting saves.`;
  const all = money(monthly(called).value);
  if (nothingWaits(first)) return `${who}${all}${per}, called at once. Nothing of it can wait, so nothing is saved by waiting.`;
  if (!waits?.cost) return `${who}${all}${per}, called at once. What it costs in a batch is unknown: nobody has told the price.`;
  const { saved, savedMonth } = waits.cost;
  const cost = money(monthly(waits.cost).value);
  if (saved === null || saved.money.value.least.s <= 0n) return `${who}${cost}${per} ${laneName(waits.lane)}, and ${all} called at once: waiting saves nothing.`;
  const less = money((savedMonth ?? saved.money).value);
  return `${who}${cost}${per} ${laneName(waits.lane)} instead of ${all} called at once: ${less} less, ${percent(saved.share.value)}.`;
}

/** The hybrid where a part can wait, else the batch. */
export function best(offer: Offer): Row | undefined {
  const priced = offer.rows.filter((row) => row.cost !== null);
  return priced.find((row) => row.lane === "hybrid") ?? priced.find((row) => row.lane === "batch");
}

function nothingWaits(offer: Offer): boolean {
  return offer.rows.some((row) => row.lane === "hybrid" && row.absent.startsWith("nothing"));
}
