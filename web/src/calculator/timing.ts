/** How long work takes and whether it fits: latencies in stages, windows, files and quotas. */

import { Derivation, figure, type Figure } from "./derivation.ts";
import { InputError } from "./errors.ts";
import { type Fraction, quantity, Quantity, ZERO } from "./quantity.ts";
import { HOUR, REQUEST, SECOND } from "./unit.ts";

/** What the stages come to. @throws {UnitError} they are not all in the same unit. */
export function wholeLatency(stages: ReadonlyMap<string, Quantity>, to: Derivation): Figure {
  return to.add("total", ...[...stages].map(([name, value]) => figure(name, value)));
}

/** How much of a job does not fit a window, at least 0. @throws {UnitError} */
export function outsideWindow(job: Quantity, window: Quantity, to: Derivation): Figure {
  const over = to.subtract("outside of the window", figure("job", job), figure("window", window));
  const atLeastNothing = (value: Fraction): Fraction => (value.lt(ZERO) ? ZERO : value);
  const { low, high, unit } = over.value;
  return figure(over.name, new Quantity(atLeastNothing(low), atLeastNothing(high), unit));
}

/** Requests a second, for so many in so many hours. @throws {InputError} */
export function pace(requests: Quantity, hours: Quantity, to: Derivation): Figure {
  if (hours.maybeZero) throw new InputError("no time is given for the requests; give the hours");
  const seconds = to.multiply(
    "seconds",
    figure("hours", hours),
    figure("seconds an hour", quantity(3600n, SECOND.per(HOUR))),
  );
  return to.divide("requests a second", figure("requests", requests.of(REQUEST, "requests")), seconds);
}

/** Files that requests make, and how often the work fits an enqueued-token quota at once; null: no limit is known. */
export interface Fit {
  readonly files: bigint | null;
  readonly times: bigint | null;
  /** All of it at once. */
  readonly fits: boolean;
}

/** A provider's limits; one that is left out is not known. */
export interface Limits {
  readonly perFile?: bigint | undefined;
  readonly quota?: bigint | undefined;
}

/** How work of so many requests and enqueued tokens stands to a provider's limits; counts are at least 0. */
export function fit(requests: bigint, tokens: bigint, limits: Limits): Fit {
  const { perFile, quota } = limits;
  const files = perFile ? (requests + perFile - 1n) / perFile : null;
  const times = quota === undefined || tokens === 0n ? null : quota / tokens;
  return { files, times, fits: times === null || times >= 1n };
}
