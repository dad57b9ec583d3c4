/** The parts of the page that are pure: sliders, links, figures, the search for models, and what is exported. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { quantity } from "../src/calculator/quantity.ts";
import type { Contents, LaneTimes } from "../src/page/contents.ts";
import { FIELDS, KNOWN } from "../src/page/field.ts";
import { laneTime } from "../src/page/lane_time.ts";
import { type Model, Models } from "../src/page/model.ts";
import { restored, written } from "../src/page/permalink.ts";
import { reckon } from "../src/page/reckoning.ts";
import { asCsv, asJson } from "../src/page/result_file.ts";
import { positionOf, positions, textAt } from "../src/page/scale.ts";
import { date, daysBetween, duration, money, percent } from "../src/page/shown.ts";
import { initial, type State } from "../src/page/state.ts";

const BATCHES = { half: 420, nine_in_ten: 3620, done: { "60": 0.1, "3600": 0.9 }, limit: 86_400, source: "somebody" };

const TIMES: LaneTimes = {
  within: [60, 3600],
  call: { first: 12, tokens_a_second: 43.75, source: "a bound" },
  flex: { low: 60, high: 900, source: "a target" },
  batch: { openai: BATCHES, "*": { ...BATCHES, half: 630, nine_in_ten: 5437, limit: null } },
};

/** One model with both prices, one with a formula for a name and no batch, one that is retired. */
const CONTENTS: Contents = {
  format: "bide-calculator-page-1",
  key_models: [{ name: "openai/gpt-small", tier: "balanced" }],
  use_cases: [],
  lane_times: TIMES,
  catalogue: {
    format: "bide-calculator-catalogue-1",
    day: "2026-11-21",
    editions: "made up",
    stale_after_days: 90,
    origins: [
      { source: "a list, \"quoted\"", confidence: "catalogue", checked_on: "2026-11-01", stale: false },
      { source: "one's own", confidence: "user", checked_on: null, stale: false },
    ],
    models: [
      {
        provider: "openai",
        model: "gpt-small",
        standard: [0, [[0, "2", "1", "2", "8"]]],
        batch: [0, [[0, "1", "1", "1", "4"]]],
      },
      { provider: "local", model: "=gpt", standard: [1, [[0, "1", "1", "1", "1"]]] },
      {
        provider: "openai",
        model: "gpt-old",
        retired: { on: "2027-01-31", past: false, source: "somebody" },
        standard: [0, [[0, "3", "3", "3", "3"]]],
      },
    ],
    infrastructure: [],
  } as unknown as Contents["catalogue"],
};

const models = new Models(CONTENTS.catalogue, "2026-11-21");
const isModel = (name: string): boolean => models.find(name) !== undefined;
const found = (name: string): Model => models.find(name) as Model;

function state(change: Partial<State["texts"]> = {}, more: Partial<State> = {}): State {
  const first = initial(CONTENTS);
  return { ...first, models: ["openai/gpt-small"], ...more, texts: { ...first.texts, ...change } };
}

test("a slider reaches every one of its positions by what it writes", () => {
  for (const name of FIELDS) {
    const all = positions(KNOWN[name]);
    assert.deepEqual([...all].sort((one, other) => one - other), all);
    assert.equal(all.at(-1), KNOWN[name].most);
    for (const at of all.keys()) assert.equal(positionOf(KNOWN[name], textAt(KNOWN[name], at)), at);
  }
  assert.equal(positionOf(KNOWN.reasoning, "10-20%"), 15);
  assert.equal(positionOf(KNOWN.n, "1B"), positions(KNOWN.n).length - 1);
});

test("figures are shown as people read them", () => {
  const shown = (low: string, high = low): string => money(quantity([low, high]));
  assert.deepEqual(
    ["0", "1234567", "999.999", "1000", "72", "0.5", "0.000123456", "0.00001", "-3.5"].map((each) => shown(each)),
    ["$0.00", "$1,234,567", "$1,000.00", "$1,000", "$72.00", "$0.50", "$0.000123", "$0.00001", "−$3.50"],
  );
  assert.equal(shown("8.8", "9.6"), "$8.80 – $9.60");
  assert.equal(percent(quantity("1/3")), "33.3\u00a0%");
  assert.equal(percent(quantity(["50%", "70%"])), "50 – 70\u00a0%");
  assert.deepEqual(
    [0, 1, 17, 59, 60, 61.5, 90, 420, 3600, 3620, 5437, 28_800, 86_400, 172_800, 345_600].map(duration),
    ["1 s", "1 s", "17 s", "1 min", "1 min", "1 min", "90 s", "7 min", "1 h", "1 h", "91 min", "8 h", "24 h", "2 d", "4 d"].map(
      (each) => each.replace(" ", "\u00a0"),
    ),
  );
  assert.equal(date("2026-11-01"), "1 Nov 2026");
  assert.equal(daysBetween("2026-11-01", "2027-01-30"), 90);
});

test("a link means the state that it was made of", () => {
  const texts = ["0", "1", "1,234,567", "2M-5M", "10-20%", "1/3", "0.5K"];
  for (const [at, text] of texts.entries()) {
    const made = state(
      { n: text, in: texts[(at + 1) % texts.length] ?? "", reasoning: "10-20%" },
      { models: ["openai/gpt-small", "local/=gpt"].slice(at % 2), period: "week", within: "3600", sameText: at % 2 === 1 },
    );
    assert.deepEqual(restored(`#${written(made)}`, CONTENTS, isModel), { state: made, problems: [] });
  }
  assert.deepEqual(restored("#results", CONTENTS, isModel), { state: initial(CONTENTS), problems: [] });
});

test("what a link has that cannot be used is named, and nothing is taken from it", () => {
  for (const fragment of ["#n=1e9", "#model=x/y", "#per=constructor", "#within=61", "#text=both", "#case=x", "#__proto__=1", "#in=%00"]) {
    const { state: taken, problems } = restored(fragment, CONTENTS, isModel);
    assert.deepEqual([taken, problems.length], [initial(CONTENTS), 1], fragment);
  }
  assert.match(restored(`#n=${"1".repeat(5000)}`, CONTENTS, isModel).problems[0] ?? "", /too long/);
});

test("a lane that nobody has a price of is unknown, whatever else is known", () => {
  const { offers } = reckon(state({ waits: "50%" }), [found("openai/gpt-small"), found("local/=gpt")], models.catalogue, TIMES);
  const lanes = offers.map((offer) => offer.rows.map((row) => [row.lane, row.cost !== null, row.time !== null]));
  assert.deepEqual(lanes, [
    [["realtime", true, true], ["batch", true, true], ["flex", false, false], ["hybrid", true, true]],
    [["realtime", true, true], ["batch", false, false], ["flex", false, false], ["hybrid", false, false]],
  ]);
  assert.match(offers[1]?.rows[3]?.absent ?? "", /^unknown/);
});

test("each number that makes no sense is named where it is", () => {
  const wrong = { n: "-1", in: "x", out: "1-2-3", waits: "101%", cached: "-5%", days: "0", reasoning: "300%" };
  const { offers, problems } = reckon(state(wrong), [found("openai/gpt-small")], models.catalogue, TIMES);
  assert.deepEqual([offers, [...problems.keys()].sort()], [[], ["cached", "days", "in", "n", "out", "waits"]]);
});

test("a file for a spreadsheet is quoted, and no cell of it is a formula", () => {
  const { offers } = reckon(state(), [found("local/=gpt"), found("openai/gpt-small")], models.catalogue, TIMES);
  const renamed = offers.map((offer) => ({ ...offer, model: { ...offer.model, name: offer.model.model } }));
  const lines = asCsv(state(), renamed).split("\r\n");
  assert.equal(lines.length, 1 + 8 + 1);
  assert.match(lines[1] ?? "", /^'=gpt,realtime,day,10,10,300,300,,,one's own,,false,$/);
  assert.match(lines[6] ?? "", /^gpt-small,batch,day,16,16,480,480,0\.5,0\.5,"a list, ""quoted""",2026-11-01,false,$/);
  assert.match(asJson(state(), offers, { day: "2026-11-21", link: "x" }), /"unknown": "unknown: nobody has told the price"/);
});

test("a price is stale by the day on which it is looked at", () => {
  const stale = (today: string): boolean | undefined =>
    new Models(CONTENTS.catalogue, today).find("openai/gpt-small")?.trust.get("batch")?.stale;
  assert.deepEqual([stale("2027-01-30"), stale("2027-01-31")], [false, true]);
});

test("models are found by their words, and those that are retired by then after others of their kind", () => {
  const names = (text: string): readonly string[] => models.search(text, 9).map((one) => one.name);
  const later = new Models(CONTENTS.catalogue, "2027-02-01").search("GPT", 9).map((one) => one.name);
  assert.deepEqual(names("GPT"), ["openai/gpt-old", "openai/gpt-small", "local/=gpt"]);
  assert.deepEqual(later, ["openai/gpt-small", "openai/gpt-old", "local/=gpt"]);
  assert.deepEqual(names("old openai"), ["openai/gpt-old"]);
  assert.deepEqual(names("openai/gpt-small"), ["openai/gpt-small"]);
  assert.deepEqual(names("nobody"), []);
});

test("times are those of the provider, and say whether they are soon enough", () => {
  const time = (provider: string, within: number | null): readonly string[] =>
    (["realtime", "batch", "flex", "hybrid"] as const).map((lane) => laneTime(TIMES, lane, { provider, outputTokens: 875, within }).enough);
  assert.deepEqual(time("openai", null), ["", "", "", ""]);
  assert.deepEqual(time("openai", 3600), ["in time", "90\u00a0% in time", "in time", "called: in time; waiting: 90\u00a0% in time"]);
  assert.deepEqual(time("openai", 60).slice(0, 3), ["in time", "10\u00a0% in time", "too late"]);
  assert.equal(laneTime(TIMES, "realtime", { provider: "x", outputTokens: 875, within: null }).high, 32);
  assert.equal(laneTime(TIMES, "batch", { provider: "x", outputTokens: 1, within: null }).limit, null);
});
