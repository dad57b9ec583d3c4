/**
 * What happens in the page, for whoever asked to be told, and for nobody else: nothing is sent over any network.
 *
 * In the same document they are events (`bide:user_selections` …). A page that embeds this one in a frame gets them as
 * messages after it has posted `{ type: "bide:subscribe", metrics: ["calculated_monthly_cost", …] }` to the frame, and
 * until it posts `bide:unsubscribe`.
 */

/** user_selections: what was picked. calculated_monthly_cost: what came out. comparison_delta: what a lane saves. */
export const METRICS = ["user_selections", "calculated_monthly_cost", "comparison_delta"] as const;

export type Metric = (typeof METRICS)[number];

interface Subscriber {
  readonly window: Window;
  readonly origin: string;
  readonly wanted: ReadonlySet<string>;
}

let subscriber: Subscriber | null = null;

/** What was last told of each, so that whoever subscribes later knows how things stand, and nothing is told twice. */
const latest = new Map<Metric, unknown>();

/** Tell what a metric is now. */
export function tell(metric: Metric, detail: unknown): void {
  if (JSON.stringify(latest.get(metric)) === JSON.stringify(detail)) return;
  latest.set(metric, detail);
  document.dispatchEvent(new CustomEvent(`bide:${metric}`, { detail }));
  post(metric);
}

/** Listen for the page that embeds this one. Others that send messages are not heard. */
export function listen(): void {
  window.addEventListener("message", (event) => {
    if (window.parent === window || event.source !== window.parent) return;
    const asked = event.data as { readonly type?: unknown; readonly metrics?: unknown } | null;
    if (asked?.type === "bide:unsubscribe") subscriber = null;
    if (asked?.type !== "bide:subscribe") return;
    const wanted = new Set(Array.isArray(asked.metrics) ? asked.metrics.map(String) : METRICS);
    // A page without an origin (from a file, or in a sandbox) can only be addressed by "*"; the frame's parent it is all the same.
    subscriber = { window: window.parent, origin: event.origin === "null" ? "*" : event.origin, wanted };
    for (const metric of METRICS) if (latest.has(metric)) post(metric);
  });
}

function post(metric: Metric): void {
  if (subscriber?.wanted.has(metric)) {
    subscriber.window.postMessage({ type: `bide:${metric}`, detail: latest.get(metric) }, subscriber.origin);
  }
}
