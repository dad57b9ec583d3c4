/** Costs that were worked out by hand; the same as in tests/advise/test_comparison.py. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { compare, laneOf } from "../src/calculator/comparison.ts";
import { given, quantity } from "../src/calculator/quantity.ts";
import { byHand, type Tariff } from "../src/calculator/tariff.ts";
import { REQUEST, TOKEN } from "../src/calculator/unit.ts";
import { inWords, lines } from "../src/calculator/wording.ts";
import { type Given, part, split, workload } from "../src/calculator/workload.ts";

const MILLION = "USD per 1M tokens";

const TARIFF: Tariff = {
  model: "m",
  prices: new Map([
    ["realtime", byHand(MILLION, { input: 2, output: 8, cached: "0.5", cacheWrite: "2.5" })],
    ["batch", byHand(MILLION, { input: 1, output: 4, cached: "0.25", cacheWrite: "1.25" })],
  ]),
};

/** 1,000 requests a day of 1,000 tokens in and 100 out: 2.00 + 0.80 USD in real time. */
function work(more: Partial<Given> = {}): ReturnType<typeof workload> {
  return workload({
    inputTokens: quantity(1_000, TOKEN.per(REQUEST)),
    outputTokens: quantity(100, TOKEN.per(REQUEST)),
    requests: quantity(1_000, REQUEST),
    period: "day",
    ...more,
  });
}

const HAND_WORKED: readonly (readonly [string, Partial<Given>, string])[] = [
  ["as it is", {}, "2.8 USD per day"],
  ["a quarter from the response cache", { answered: given("25%") }, "2.1 USD per day"],
  ["half of the prompt left out", { compression: given("50%") }, "1.8 USD per day"],
  ["0.4 at 2 + 1.6 at 0.25 of it", { cached: given("80%") }, "1.6 USD per day"],
  ["hidden reasoning is output", { reasoning: given("10-20%") }, "2.88 – 2.96 USD per day"],
  ["the cheapest case saves most", { compression: given("20-50%") }, "1.8 – 2.4 USD per day"],
];

for (const [name, more, expected] of HAND_WORKED) {
  test(name, () => {
    const cost = laneOf(compare([part("work", work(more), TARIFF)]), "realtime")?.cost;
    assert.equal(cost && inWords(cost.value), expected);
  });
}

test("what waits goes in batches and the rest is called", () => {
  const found = compare(split(part("work", work(), TARIFF), given("90%")));

  assert.deepEqual(
    found.lanes.map((one) => one.lane),
    ["realtime", "hybrid"],
  );
  const line = lines(found.derivation).find((each) => each.startsWith("cost, hybrid = "));
  const formula = "work, waits: cost, batch + work, at once: cost, realtime";
  assert.equal(line, `cost, hybrid = ${formula} = 1.26 USD per day + 0.28 USD per day = 1.54 USD per day`);
});
