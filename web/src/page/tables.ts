/** What the charts show, as tables, and the prices behind it. */

import { element } from "./element.ts";
import { TITLES } from "./lane_time.ts";
import { PRICED } from "./model.ts";
import type { Offer, Row } from "./reckoning.ts";
import { date, money, percent, perMillion } from "./shown.ts";

/** Costs of all lanes of all models; `period` is null where the work comes once. */
export function costTable(offers: readonly Offer[], period: string | null): HTMLElement {
  const columns = ["Lane", ...(period === null ? ["In all"] : [...(period === "month" ? [] : [`A ${period}`]), "A month"]), "Saved", "A request"];
  const made = table(columns, "Costs in USD");
  for (const offer of offers) {
    const body = element("tbody");
    if (offers.length > 1) body.append(groupHead(offer.model.name, columns.length));
    body.append(...offer.rows.map((row) => costRow(row, period, columns.length)));
    made.append(body);
  }
  return made;
}

function costRow(row: Row, period: string | null, width: number): HTMLElement {
  const head = element("th", { scope: "row" }, element("span", { class: `dot ${row.lane}` }), TITLES[row.lane]);
  if (row.cost === null) return element("tr", { class: "none" }, head, element("td", { colspan: width - 1 }, row.absent));
  const { cost, month, saved, savedMonth, request } = row.cost;
  const less = saved === null || row.lane === "realtime" ? "" : `${money((savedMonth ?? saved.money).value)} (${percent(saved.share.value)})`;
  return element(
    "tr",
    {},
    head,
    ...(month === null || period === "month" ? [] : [number(money(cost.value), "wide")]),
    number(money((month ?? cost).value), "main"),
    number(less),
    number(request === null ? "" : money(request.value), "wide"),
  );
}

/** Times of the lanes; models whose times are the same share their rows. */
export function timeTable(offers: readonly Offer[], isWanted: boolean): HTMLElement {
  const columns = ["Lane", "How long", ...(isWanted ? ["Soon enough"] : [])];
  const made = table(columns, "Times of an answer");
  const alike = new Map<string, readonly Offer[]>();
  for (const offer of offers) {
    const key = JSON.stringify(offer.rows.map((row) => row.time));
    alike.set(key, [...(alike.get(key) ?? []), offer]);
  }
  for (const same of alike.values()) {
    const body = element("tbody");
    if (offers.length > 1) body.append(groupHead(same.map((offer) => offer.model.name).join(", "), columns.length));
    for (const row of same[0]?.rows ?? []) {
      if (row.time === null) continue;
      const { usual, late, enough } = row.time;
      body.append(
        element(
          "tr",
          {},
          element("th", { scope: "row" }, element("span", { class: `dot ${row.lane}` }), TITLES[row.lane]),
          element("td", {}, `${usual}; ${late}`),
          isWanted ? element("td", {}, enough) : null,
        ),
      );
    }
    made.append(body);
  }
  return made;
}

/** The prices of a model, with where they are from and when somebody last looked. */
export function priceTable(offer: Offer): HTMLElement {
  const { model, tariff } = offer;
  const made = table(["Lane", "Input", "Cached", "Output", "Checked", "Trust", "Source"], `${model.name}, USD per 1M tokens`, true);
  const body = element("tbody");
  for (const lane of PRICED) {
    const price = tariff.prices.get(lane);
    const trust = model.trust.get(lane);
    const head = element("th", { scope: "row" }, element("span", { class: `dot ${lane}` }), TITLES[lane]);
    if (price === undefined || trust === undefined) {
      body.append(element("tr", { class: "none" }, head, element("td", { colspan: 6 }, "unknown")));
      continue;
    }
    const checked = element("td", {}, trust.checkedOn === null ? "nobody knows when" : date(trust.checkedOn));
    if (trust.stale) checked.append(" ", element("span", { class: "stale" }, "stale"));
    const [input, cached, output] = [price.input, price.cached, price.output];
    body.append(
      element(
        "tr",
        {},
        head,
        ...[input, cached, output].map((each) => number(each === null ? "unknown" : perMillion(each))),
        checked,
        element("td", {}, trust.confidence),
        element("td", { class: "source" }, trust.source),
      ),
    );
  }
  made.append(body);
  return made;
}

/** Columns that a phone has no room for; they are in the files. */
const WIDE = /^A (?!month)/;

function table(columns: readonly string[], caption: string, isSeen = false): HTMLTableElement {
  const head = element("tr", {}, ...columns.map((column) => element("th", { scope: "col", class: WIDE.test(column) && "wide" }, column)));
  return element("table", {}, element("caption", { class: isSeen ? "" : "unseen" }, caption), element("thead", {}, head));
}

function groupHead(name: string, width: number): HTMLElement {
  return element("tr", { class: "group" }, element("th", { scope: "rowgroup", colspan: width }, name));
}

function number(text: string, kind = ""): HTMLElement {
  return element("td", { class: `number ${kind}`.trim() }, text);
}
