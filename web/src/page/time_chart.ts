/** Times on a scale from a second to days, each step of which is a multiple: a batch and a call fit beside each other. */

import { drawn } from "./element.ts";
import { type Lane, TITLES } from "./lane_time.ts";
import type { Offer } from "./reckoning.ts";
import type { Time } from "./lane_time.ts";

const ROW = 30;
const LABEL = 76;
const SIDE = 14;
const TICKS: readonly (readonly [number, string])[] = [
  [1, "1 s"],
  [10, "10 s"],
  [60, "1 min"],
  [900, "15 min"],
  [3_600, "1 h"],
  [28_800, "8 h"],
  [86_400, "24 h"],
  [345_600, "4 d"],
];

/** Lanes of one model by their times. `within` is how long an answer may take, in seconds. */
export function timeChart(offer: Offer, within: number | null, width: number): SVGElement {
  const rows = offer.rows.flatMap((row) => (row.time === null ? [] : [{ lane: row.lane, time: row.time }]));
  const longest = Math.max(86_400, ...rows.map(({ time }) => time.limit ?? time.high), within ?? 0);
  const room = width - LABEL - SIDE;
  const at = (seconds: number): number => LABEL + (Math.log(Math.max(1, seconds)) / Math.log(longest)) * room;
  const height = rows.length * ROW + 28;
  const chart = drawn("svg", { role: "img", "aria-label": inWords(rows), width, height, viewBox: `0 0 ${width} ${height}` });
  let free = 0;
  for (const [seconds, text] of TICKS.filter(([seconds]) => seconds <= longest)) {
    const x = at(seconds);
    chart.append(drawn("line", { x1: x, x2: x, y1: 0, y2: rows.length * ROW + 4, class: "grid" }));
    if (x < free) continue; // its words would stand on those before
    chart.append(drawn("text", { x, y: height - 6, class: "tick", "text-anchor": "middle" }, text));
    free = x + 44;
  }
  rows.forEach(({ lane, time }, index) => chart.append(line(lane, time, index * ROW + ROW / 2 + 2, at)));
  if (within !== null) {
    const x = at(within);
    chart.append(drawn("line", { x1: x, x2: x, y1: 0, y2: rows.length * ROW + 4, class: "within" }));
  }
  return chart;
}

function line(lane: Lane, time: Time, y: number, at: (seconds: number) => number): SVGElement {
  const group = drawn("g", { class: `lane ${lane}` });
  group.append(drawn("text", { x: 0, y: y + 5, class: "label" }, TITLES[lane]));
  if (time.limit !== null) {
    group.append(drawn("line", { x1: at(time.high), x2: at(time.limit), y1: y, y2: y, class: "limit" }));
    group.append(drawn("line", { x1: at(time.limit), x2: at(time.limit), y1: y - 5, y2: y + 5, class: "limit" }));
  }
  const [from, to] = [at(time.low), at(time.high)];
  group.append(drawn("rect", { x: from, y: y - 6, width: Math.max(3, to - from), height: 12, rx: 6, class: "span" }));
  return group;
}

function inWords(rows: readonly { readonly lane: Lane; readonly time: Time }[]): string {
  const parts = rows.map(({ lane, time }) => `${TITLES[lane]}: ${time.usual}, ${time.late}`);
  return `Times on a logarithmic scale. ${parts.join(". ")}. The table below says the same.`;
}
