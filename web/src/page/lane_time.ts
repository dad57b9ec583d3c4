/** How long an answer takes in each lane, and whether that is soon enough. */

import type { LaneTimes } from "./contents.ts";
import { duration, GAP } from "./shown.ts";

/** The lanes that are compared, in their order. */
export const COMPARED = ["realtime", "batch", "flex", "hybrid"] as const;

export type Lane = (typeof COMPARED)[number];

export const TITLES: Readonly<Record<Lane, string>> = {
  realtime: "Real time",
  batch: "Batch",
  flex: "Flex",
  hybrid: "Hybrid",
};

/** Under this name are the figures of whoever has none of their own. */
const OTHERS = "*";

/**
 * Seconds from the usual case to the late one; `limit` is when it is given up, null where that is not written down.
 *
 * `usual` and `late` are in words, `enough` says how that stands to the time an answer may take ("" where any will do).
 */
export interface Time {
  readonly low: number;
  readonly high: number;
  readonly limit: number | null;
  readonly usual: string;
  readonly late: string;
  readonly enough: string;
  readonly source: string;
}

/** What the times depend on: whose batches they are, how much is written, and how long it may take (null: no matter). */
export interface Wanted {
  readonly provider: string;
  readonly outputTokens: number;
  readonly within: number | null;
}

/** The time of a lane by itself; of a hybrid, of the part that is called and the part that waits together. */
export function laneTime(times: LaneTimes, lane: Lane, wanted: Wanted): Time {
  if (lane === "realtime") return realtime(times, wanted);
  if (lane === "flex") return flex(times, wanted);
  const batched = batch(times, wanted);
  if (lane === "batch") return batched;
  const called = realtime(times, wanted);
  return {
    ...batched,
    low: called.low,
    usual: `what is called: ${called.late}`,
    late: `what waits: ${batched.usual}, ${batched.late}`,
    enough: batched.enough && `called: ${called.enough}; waiting: ${batched.enough}`,
    source: `${called.source}; ${batched.source}`,
  };
}

function realtime({ call }: LaneTimes, { outputTokens, within }: Wanted): Time {
  const bound = call.first + outputTokens / call.tokens_a_second;
  return {
    low: 1,
    high: bound,
    limit: null,
    usual: "while one waits",
    late: `${duration(bound)} at most`,
    enough: within === null ? "" : bound <= within ? "in time" : "too late",
    source: `real time: ${call.source}`,
  };
}

function flex({ flex }: LaneTimes, { within }: Wanted): Time {
  return {
    low: flex.low,
    high: flex.high,
    limit: null,
    usual: `${duration(flex.low)} to ${duration(flex.high)} aimed at`,
    late: "refused free of charge where there is no room",
    enough: within === null ? "" : within >= flex.high ? "in time" : within > flex.low ? "perhaps" : "too late",
    source: `flex: ${flex.source}`,
  };
}

function batch({ batch }: LaneTimes, { provider, within }: Wanted): Time {
  const found = batch[provider] ?? batch[OTHERS];
  if (found === undefined) throw new Error("the contents have no times of batches");
  const done = within === null ? undefined : found.done[String(within)];
  return {
    low: found.half,
    high: found.nine_in_ten,
    limit: found.limit,
    usual: `half within ${duration(found.half)}`,
    late: `9 in 10 within ${duration(found.nine_in_ten)}${found.limit === null ? "" : `, ${duration(found.limit)} at most`}`,
    enough: done === undefined ? "" : `${(done * 100).toFixed(done > 0.99 ? 1 : 0)}${GAP}% in time`,
    source: `batch: ${found.source}`,
  };
}
