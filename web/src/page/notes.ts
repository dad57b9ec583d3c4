/** What is to be said about a result beside its figures. */

import { element } from "./element.ts";
import type { Model } from "./model.ts";
import { cutAlike, type Offer } from "./reckoning.ts";
import { date } from "./shown.ts";

/** Where the times are from. */
export function timeNotes(offers: readonly Offer[]): string {
  const sources = new Set(offers.flatMap((offer) => offer.rows.flatMap((row) => row.time?.source.split("; ") ?? [])));
  const drawn = offers.length > 1 ? `Drawn are the times of ${offers[0]?.model.name}. ` : "";
  return `${drawn}What a batch has not answered in time bide calls, at the last safe moment. From: ${[...sources].join("; ")}.`;
}

/** The list of them: trouble with prices first. `staleAfter` is in days. */
export function notes(offers: readonly Offer[], sameText: boolean, staleAfter: number): readonly HTMLElement[] {
  const found = new Set(offers.flatMap((offer) => [...trouble(offer.model, staleAfter), ...offer.notes.map(capital)]));
  const chosen = offers.map((offer) => offer.model);
  if (!sameText && !cutAlike(chosen)) {
    found.add("Each model is given the same number of tokens, but tokenizers differ: tick “the same text for all” to reckon with that");
  }
  found.add("What is cached, compressed away and saved by waiting multiplies; it is not added up");
  return [element("h3", {}, "Good to know"), element("ul", {}, ...[...found].map((text) => element("li", {}, `${text}.`)))];
}

/** What speaks against a model's prices. */
function trouble(model: Model, staleAfter: number): readonly string[] {
  const found: string[] = [];
  const { name, retired, dispute } = model;
  if (retired !== null) {
    const day = retired.on === null ? "" : ` ${date(retired.on)}`;
    const past = `is retired${day && `, last on${day}`}: these are the prices it had`;
    found.push(`${name} ${retired.past ? past : `will be retired${day && ` after${day}`}`}`);
  }
  if (dispute) found.push(`${name}: the price is disputed: ${dispute}`);
  const stale = [...model.trust].filter(([, trust]) => trust.stale).map(([lane]) => lane);
  if (stale.length) {
    found.push(`${name}: nobody is known to have looked at the price in ${stale.join(", ")} within ${staleAfter} days`);
  }
  return found;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
