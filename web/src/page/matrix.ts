/** The use-case matrix: one radio button each, so arrow keys go through them, and what is advised on the one that is picked. */

import type { UseCase } from "./contents.ts";
import { element } from "./element.ts";
import { OWN } from "./state.ts";

const MODES: Readonly<Record<string, string>> = {
  realtime: "Real time",
  queue: "Queue",
  batch: "Batch",
  hybrid: "Hybrid",
  "self-hosted": "Own hardware",
};

/** The radio buttons in their fieldset. */
export class Matrix {
  private readonly buttons = new Map<string, HTMLInputElement>();

  constructor(
    place: HTMLElement,
    private readonly cases: readonly UseCase[],
    private readonly advice: HTMLElement,
    onPick: (id: string) => void,
  ) {
    for (const one of cases) place.append(this.card(one.id, one.title, one.may_take, one.mode));
    place.append(this.card(OWN, "Something else", "your own numbers", null));
    place.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement) onPick(event.target.value);
    });
  }

  /** Show which one is picked, and whether its numbers are still those that came with it. */
  show(id: string, isAsItCame: boolean): void {
    for (const [each, button] of this.buttons) button.checked = each === id;
    const found = this.cases.find((one) => one.id === id);
    this.advice.replaceChildren(...(found === undefined ? [] : adviceOn(found, isAsItCame)));
  }

  private card(id: string, title: string, time: string, mode: string | null): HTMLElement {
    const button = element("input", { type: "radio", name: "case", value: id, id: `case-${id}` });
    this.buttons.set(id, button);
    return element(
      "label",
      { class: "case", for: `case-${id}` },
      button,
      element("span", { class: "case-title" }, title),
      element(
        "span",
        { class: "case-time" },
        mode === null ? null : element("span", { class: `badge ${mode}` }, MODES[mode] ?? mode),
        element("span", { class: "case-words" }, ` ${time}`),
      ),
    );
  }
}

function adviceOn(one: UseCase, isAsItCame: boolean): readonly HTMLElement[] {
  const sources = one.sources.map((source) => source.title + (source.section ? `, ${source.section}` : "")).join("; ");
  return [
    element(
      "p",
      {},
      element("strong", {}, `${one.title}: ${(MODES[one.mode] ?? one.mode).toLowerCase()}`),
      `, because ${one.says}: ${one.reason}.`,
    ),
    ...one.warnings.map((warning) => element("p", { class: "warning" }, ...withCode(`${capital(warning.says)}.`))),
    element(
      "p",
      { class: "quiet" },
      `The rule is “${one.rule}” (${sources}). Volume: ${one.volume}. ${isAsItCame ? whose(one.numbers) : ""}`,
    ),
  ];
}

function whose(numbers: string): string {
  return numbers.startsWith("a ") ? `The numbers are ${numbers}.` : `The numbers are those of ${numbers}.`;
}

/** A text in which what stands between backticks is typed somewhere. */
function withCode(text: string): readonly (string | HTMLElement)[] {
  return text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
