/** The page: a state, what follows from it, and the parts that show both. */

import { contents } from "./contents.ts";
import { costChart } from "./cost_chart.ts";
import { byId, element } from "./element.ts";
import { Fields, Within } from "./fields.ts";
import { headline } from "./headline.ts";
import { Matrix } from "./matrix.ts";
import * as metrics from "./metrics.ts";
import { Models } from "./model.ts";
import { notes, timeNotes } from "./notes.ts";
import { isState, restored, written } from "./permalink.ts";
import { Picker } from "./picker.ts";
import { cutAlike, type Offer, type Outcome, reckon } from "./reckoning.ts";
import { asCsv, asJson, asText, exactMonthly } from "./result_file.ts";
import { Sharing } from "./sharing.ts";
import { date, daysBetween } from "./shown.ts";
import { isAsItCame, OWN, picked, type State } from "./state.ts";
import { derivation } from "./steps.ts";
import { costTable, priceTable, timeTable } from "./tables.ts";
import { timeChart } from "./time_chart.ts";

/** Milliseconds of quiet after which a result is read out, told and put into the address: not each step of a slider. */
const QUIET = 400;

/** Days after which the prices of a page that lies on a disk are called old. */
const OLD = 30;

const given = contents();
const today = new Date().toISOString().slice(0, 10);
const models = new Models(given.catalogue, today);
const isModel = (name: string): boolean => models.find(name) !== undefined;

let { state, problems: refused } = restored(location.hash, given, isModel);
let outcome: Outcome = { offers: [], problems: new Map() };
let waiting = 0;

const matrix = new Matrix(byId("matrix"), given.use_cases, byId("advice"), (id) => {
  const one = given.use_cases.find((each) => each.id === id);
  change(one === undefined ? { ...state, useCase: OWN } : picked(state, one));
});
const picker = new Picker(
  byId("picker"),
  models,
  given.key_models,
  (names) => change({ ...state, models: names }),
  (sameText) => change({ ...state, sameText }),
);
const fields = new Fields(byId("fields"), (changed, texts = {}) => {
  change({ ...state, ...changed, texts: { ...state.texts, ...texts } });
});
const within = new Within(byId("within-choice"), given.lane_times.within, (seconds) => change({ ...state, within: seconds }));
const sharing = new Sharing(
  byId("sharing"),
  {
    link,
    text: () => asText(state, outcome.offers, origin()),
    json: () => asJson(state, outcome.offers, origin()),
    csv: () => asCsv(state, outcome.offers),
  },
  say,
);

function change(next: State): void {
  state = next;
  refused = [];
  show();
  window.clearTimeout(waiting);
  waiting = window.setTimeout(settle, QUIET);
}

/** Everything that follows from the state. */
function show(): void {
  const chosen = state.models.flatMap((name) => models.find(name) ?? []);
  const found = reckon(state, chosen, models.catalogue, given.lane_times);
  // While a number is being typed that is none yet, the last result stays, and says that it is that.
  outcome = found.problems.size ? { offers: outcome.offers, problems: found.problems } : found;
  const useCase = given.use_cases.find((each) => each.id === state.useCase);
  matrix.show(state.useCase, useCase !== undefined && isAsItCame(state, useCase));
  picker.show(state.models, state.sameText, chosen.length > 1 && !cutAlike(chosen));
  fields.show(state, found.problems);
  within.show(state.within);
  byId("results").classList.toggle("past", found.problems.size > 0);
  byId("problems").replaceChildren(...problems().map((text) => element("p", { class: "problem" }, text)));
  byId("headline").textContent = found.problems.size ? "" : headline(state, outcome.offers);
  if (!found.problems.size) showResults(outcome.offers);
  sharing.show(found.problems.size === 0);
}

function problems(): readonly string[] {
  const form = outcome.problems.get("form");
  const last = outcome.offers.length ? " The figures below are the last ones that could be reckoned." : "";
  const unclear = outcome.problems.size ? [`Correct what is marked.${last}`] : [];
  return [...refused, ...(form === undefined ? [] : [form]), ...unclear];
}

function showResults(offers: readonly Offer[]): void {
  const period = state.period === "once" ? null : state.period;
  byId("costs-title").textContent = period === null ? "Cost of all of it" : "Cost of a month";
  byId("cost-table").replaceChildren(costTable(offers, period));
  byId("time-table").replaceChildren(timeTable(offers, state.within !== ""));
  byId("time-notes").textContent = timeNotes(offers);
  byId("notes").replaceChildren(...notes(offers, state.sameText, models.catalogue.staleAfterDays));
  byId("steps").replaceChildren(...offers.flatMap(derivation));
  byId("price-tables").replaceChildren(...offers.flatMap(priced));
  draw();
}

/** The charts, as wide as there is room. */
function draw(): void {
  const [first] = outcome.offers;
  if (first === undefined) return;
  const [costs, times] = [byId("cost-chart"), byId("time-chart")];
  costs.replaceChildren(costChart(outcome.offers, Math.max(200, costs.clientWidth)));
  times.replaceChildren(timeChart(first, state.within === "" ? null : Number(state.within), Math.max(200, times.clientWidth)));
}

function priced(offer: Offer): readonly HTMLElement[] {
  return [element("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": `Prices of ${offer.model.name}` }, priceTable(offer))];
}

/** When somebody pauses: read the result out, tell it to whoever asked, and put the state into the address. */
function settle(): void {
  remember();
  if (outcome.problems.size) return say([...outcome.problems.values()].join(" "));
  say([...refused, byId("headline").textContent ?? ""].join(" "));
  tellMetrics();
}

function remember(): void {
  try {
    history.replaceState(null, "", `#${written(state)}`);
  } catch {
    // Some frames may not change their address; the link is shown all the same.
  }
}

function tellMetrics(): void {
  const { useCase, period, texts } = state;
  metrics.tell("user_selections", { use_case: useCase, models: state.models, period, ...texts });
  const lanes = outcome.offers.flatMap((offer) => offer.rows.map((row) => ({ offer, row })));
  metrics.tell(
    "calculated_monthly_cost",
    lanes.map(({ offer, row }) => ({ model: offer.model.name, lane: row.lane, usd: exactMonthly(row).cost })),
  );
  metrics.tell(
    "comparison_delta",
    lanes
      .filter(({ row }) => row.lane !== "realtime")
      .map(({ offer, row }) => ({ model: offer.model.name, lane: row.lane, ...exactMonthly(row).saved })),
  );
}

function link(): string {
  return `${location.href.split("#")[0]}#${written(state)}`;
}

/** For files and messages. Where a page lies on a disk is nobody else's business, so of its link only the numbers are told. */
function origin(): { readonly day: string; readonly link: string } {
  return { day: models.catalogue.day, link: location.protocol.startsWith("http") ? link() : `#${written(state)}` };
}

function say(text: string): void {
  byId("said").textContent = text;
}

function showEdition(): void {
  const { day, editions } = models.catalogue;
  const age = daysBetween(day, today);
  const edition = byId("edition");
  edition.textContent = `Prices of ${date(day)}, ${models.size.toLocaleString("en-US")} models. Everything is reckoned in this page; nothing leaves it.`;
  if (age > OLD) edition.append(" ", element("span", { class: "stale" }, `${age} days old: make the page anew`));
  byId("about").textContent = `Made by bide from ${editions}. Prices are in US dollars, without taxes.`;
}

byId("asked").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", () => {
  if (!isState(location.hash)) return;
  ({ state, problems: refused } = restored(location.hash, given, isModel));
  show();
  settle();
});
// What is folded up is not on paper otherwise.
window.addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
});
new ResizeObserver(() => draw()).observe(byId("costs"));
metrics.listen();
showEdition();
show();
tellMetrics();
