/** The result for others: as JSON with every figure exact and every step, as CSV with a line for each lane, as a sentence. */

import type { Figure } from "../calculator/derivation.ts";
import type { Quantity } from "../calculator/quantity.ts";
import { shown, steps } from "../calculator/rendering.ts";
import { TITLES } from "./lane_time.ts";
import { monthly, type Offer, type Row } from "./reckoning.ts";
import { money, percent } from "./shown.ts";
import type { State } from "./state.ts";

/** When the prices are of, and where the page is that can be opened again with the same numbers. */
export interface Origin {
  readonly day: string;
  readonly link: string;
}

/** For programs: numbers are text, because a float is not exact; null is unknown. */
export function asJson(state: State, offers: readonly Offer[], origin: Origin): string {
  const { useCase, period, within, texts, models } = state;
  const found = {
    format: "bide-calculator-result-1",
    currency: "USD",
    prices_of: origin.day,
    link: origin.link,
    asked: { use_case: useCase, models, period, within_seconds: within === "" ? null : Number(within), ...texts },
    offers: offers.map((offer) => ({
      model: offer.model.name,
      lanes: offer.rows.map((row) => ({
        lane: row.lane,
        unknown: row.cost === null ? row.absent : null,
        cost: value(row.cost?.cost),
        cost_a_month: value(row.cost?.month),
        cost_of_a_request: value(row.cost?.request),
        saved: value(row.cost?.saved?.money),
        saved_share: value(row.cost?.saved?.share),
        saved_a_month: value(row.cost?.savedMonth),
        prices: prices(offer, row),
      })),
      notes: offer.notes,
      sums: offer.sums.map((sums) => ({ title: sums.title, steps: steps(sums.derivation) })),
    })),
  };
  return `${JSON.stringify(found, null, 1)}\n`;
}

const COLUMNS = [
  "model",
  "lane",
  "period",
  "cost_low_usd",
  "cost_high_usd",
  "cost_a_month_low_usd",
  "cost_a_month_high_usd",
  "saved_share_low",
  "saved_share_high",
  "price_source",
  "price_checked_on",
  "price_stale",
  "unknown",
] as const;

/** For spreadsheets: RFC 4180, a line for each lane of each model. */
export function asCsv(state: State, offers: readonly Offer[]): string {
  const lines = offers.flatMap((offer) =>
    offer.rows.map((row) => {
      const from = prices(offer, row);
      return [
        offer.model.name,
        row.lane,
        state.period,
        ...ends(row.cost?.cost.value),
        ...ends(row.cost?.month?.value),
        ...ends(row.cost?.saved?.share.value),
        from.map((one) => one.source).join("; "),
        from.map((one) => one.checked_on ?? "").join("; "),
        from.map((one) => String(one.stale)).join("; "),
        row.cost === null ? row.absent : "",
      ];
    }),
  );
  return [COLUMNS, ...lines].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** For people: what is pasted into a message. */
export function asText(state: State, offers: readonly Offer[], origin: Origin): string {
  const each = state.period === "once" ? "in all" : "a month";
  const lines = offers.flatMap((offer) => [
    `${offer.model.name}, ${state.texts.n} requests ${state.period === "once" ? "once" : `a ${state.period}`}, ` +
      `${state.texts.in} tokens in and ${state.texts.out} out of each:`,
    ...offer.rows.map((row) => `  ${TITLES[row.lane]}: ${row.cost === null ? row.absent : inWords(row, each)}`),
  ]);
  return `${lines.join("\n").replaceAll("\u00a0", " ")}\nPrices of ${origin.day}. ${origin.link}\n`;
}

/** A lane's month for programs: what it costs, and what it saves. */
export function exactMonthly(row: Row): { readonly cost: unknown; readonly saved: Readonly<Record<string, unknown>> } {
  return {
    cost: value(row.cost && monthly(row.cost)),
    saved: { usd: value(row.cost?.savedMonth ?? row.cost?.saved?.money), share: value(row.cost?.saved?.share) },
  };
}

function inWords(row: Row, each: string): string {
  if (row.cost === null) return row.absent;
  const saved = row.cost.saved?.share.value;
  return `${money(monthly(row.cost).value)} ${each}${saved?.maybeSome ? `, ${percent(saved)} saved` : ""}`;
}

function prices(
  offer: Offer,
  row: Row,
): readonly { source: string; confidence: string; checked_on: string | null; stale: boolean }[] {
  return (row.cost?.prices ?? []).map((lane) => {
    const trust = offer.model.trust.get(lane);
    return {
      source: trust?.source ?? "",
      confidence: trust?.confidence ?? "",
      checked_on: trust?.checkedOn ?? null,
      stale: trust?.stale ?? true,
    };
  });
}

function value(figure: Figure | null | undefined): unknown {
  return figure ? shown(figure.value) : null;
}

function ends(of: Quantity | undefined): readonly string[] {
  const found = of === undefined ? null : shown(of);
  if (found === null) return ["", ""];
  return typeof found === "string" ? [found, found] : [found.low, found.high];
}

/** A cell as it is; one that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(text: string): string {
  const plain = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
