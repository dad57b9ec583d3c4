/** Costs as bars: input and output of each lane, and how far a range reaches. */

import { type Fraction, ZERO } from "../calculator/quantity.ts";
import { drawn } from "./element.ts";
import { TITLES } from "./lane_time.ts";
import { monthly, type Offer, type Row } from "./reckoning.ts";
import { money, percent } from "./shown.ts";

const HEAD = 26;
const BAR = 20;
const LABEL = 76;

/** About as wide as a letter of the chart is, in pixels. */
const LETTER = 8.4;

/** Narrower than this, words stand above their bars and not beside them. */
const NARROW = 520;

/** Where a row has its words and its bar. */
interface Place {
  readonly row: number;
  readonly bar: number;
  readonly left: number;
  readonly scale: number;
  readonly isNarrow: boolean;
  readonly letters: number;
}

/** A chart as wide as there is room, in pixels. Beside it stands the table, which says the same in words. */
export function costChart(offers: readonly Offer[], width: number): SVGElement {
  const rows = offers.flatMap((offer) => offer.rows);
  const most = Math.max(...rows.map(high), 0) || 1;
  const isNarrow = width < NARROW;
  const values = Math.max(...rows.map((row) => (row.cost ? value(row).join("").length : 0))) * LETTER + 12;
  const place: Place = isNarrow
    ? { row: 46, bar: 22, left: 0, scale: width / most, isNarrow, letters: (width - LABEL) / LETTER }
    : { row: 34, bar: 0, left: LABEL, scale: Math.max(60, width - LABEL - values) / most, isNarrow, letters: Infinity };
  const chart = drawn("svg", { role: "img", "aria-label": inWords(offers), width });
  let y = 4;
  for (const offer of offers) {
    if (offers.length > 1) {
      chart.append(drawn("text", { x: 0, y: y + 15, class: "model" }, offer.model.name));
      y += HEAD;
    }
    for (const row of offer.rows) {
      chart.append(line(row, y, place));
      y += row.cost === null && isNarrow ? place.bar + 4 : place.row;
    }
  }
  chart.setAttribute("height", String(y));
  chart.setAttribute("viewBox", `0 0 ${width} ${y}`);
  return chart;
}

function line(row: Row, y: number, place: Place): SVGElement {
  const group = drawn("g", { class: `lane ${row.lane}` });
  const words = y + BAR / 2 + 5;
  group.append(drawn("text", { x: 0, y: words, class: "label" }, TITLES[row.lane]));
  if (row.cost === null) {
    // The beginning will do: the table has all of it.
    group.append(drawn("text", { x: LABEL, y: words, class: "absent" }, row.absent.split(/[:,]/)[0] ?? ""));
    return group;
  }
  const total = number(row.cost.cost.value.least);
  const low = number(monthly(row.cost).value.least) * place.scale;
  const end = Math.max(2, high(row) * place.scale);
  const input = total > 0 ? (number(row.cost.input.value.least) / total) * low : 0;
  const rect = (wide: number, kind: string): SVGElement =>
    drawn("rect", { x: place.left, y: y + place.bar, width: Math.max(0, wide), height: BAR, class: kind });
  const [cost, less] = value(row);
  const hasRoom = cost.length + less.length <= place.letters;
  const x = place.isNarrow ? LABEL : LABEL + end + 8;
  group.append(
    rect(end, "range"),
    rect(low, "output"),
    rect(input, "input"),
    drawn("text", { x, y: words, class: "value" }, cost, drawn("tspan", { class: "less" }, hasRoom ? less : "")),
  );
  return group;
}

/** A row's cost, and what it saves where it saves something. */
function value(row: Row): readonly [string, string] {
  if (row.cost === null) return ["", ""];
  const { saved } = row.cost;
  const less = saved !== null && saved.money.value.least.gt(ZERO) ? `  −${percent(saved.share.value)}` : "";
  return [money(monthly(row.cost).value), less];
}

function high(row: Row): number {
  return row.cost === null ? 0 : number(monthly(row.cost).value.most);
}

/** For pixels only: what is shown in figures is exact. */
function number(value: Fraction): number {
  return Number(value.valueOf());
}

function inWords(offers: readonly Offer[]): string {
  const parts = offers.map((offer) => {
    const rows = offer.rows.map((row) => `${TITLES[row.lane]} ${row.cost ? money(monthly(row.cost).value) : row.absent}`);
    return `${offer.model.name}: ${rows.join(", ")}`;
  });
  return `Bar chart of the costs. ${parts.join(". ")}. The table below says the same.`;
}
