/** Each number as a text, which takes everything that the calculator understands, and as a slider beside it. */

import { element } from "./element.ts";
import { type Field, type FieldName, FIRST, KNOWN, MORE } from "./field.ts";
import type { Problems } from "./reckoning.ts";
import { positionOf, positions, textAt } from "./scale.ts";
import { duration } from "./shown.ts";
import { PERIODS, type State } from "./state.ts";

interface Shown {
  readonly text: HTMLInputElement;
  readonly slider: HTMLInputElement;
  readonly problem: HTMLElement;
}

/** All numbers, and the period they are of. */
export class Fields {
  private readonly shown = new Map<FieldName, Shown>();
  private readonly period: HTMLSelectElement;
  private readonly more: HTMLDetailsElement;

  /** Whether nothing was shown yet: later on, what somebody has folded up stays so. */
  private isFirst = true;

  constructor(
    place: HTMLElement,
    private readonly onChange: (change: Partial<Omit<State, "texts">>, texts?: Partial<Record<FieldName, string>>) => void,
  ) {
    this.period = choice("period", "How often", Object.entries(PERIODS));
    this.period.addEventListener("change", () => this.onChange({ period: this.period.value }));
    place.append(
      element("div", { class: "pair" }, this.field(KNOWN.n), labelled("period", "come", this.period)),
      ...FIRST.map((name) => this.field(KNOWN[name])),
    );
    this.more = element("details", { class: "more" }, element("summary", {}, "Caches, compression, reasoning, month"));
    this.more.append(...MORE.map((name) => this.field(KNOWN[name])));
    place.append(this.more);
  }

  /** Show a state and what is wrong with it. What somebody is typing is left alone. */
  show(state: State, problems: Problems): void {
    this.period.value = state.period;
    for (const [name, { text, slider, problem }] of this.shown) {
      if (document.activeElement !== text) text.value = state.texts[name];
      const wrong = problems.get(name) ?? "";
      problem.textContent = wrong;
      text.setAttribute("aria-invalid", String(wrong !== ""));
      if (wrong === "") {
        slider.value = String(positionOf(KNOWN[name], state.texts[name]));
        slider.setAttribute("aria-valuetext", state.texts[name]);
      }
      const isUnusual = this.isFirst && state.texts[name] !== KNOWN[name].usual;
      if (MORE.includes(name) && (wrong || isUnusual)) this.more.open = true;
    }
    this.isFirst = false;
  }

  private field(field: Field): HTMLElement {
    const { name, label, hint } = field;
    const described = `${hint ? `${name}-hint ` : ""}${name}-problem`;
    const text = element("input", {
      id: name,
      type: "text",
      inputmode: "text",
      spellcheck: "false",
      maxlength: 40,
      "aria-describedby": described,
    });
    const slider = element("input", {
      type: "range",
      min: 0,
      max: positions(field).length - 1,
      step: 1,
      "aria-label": `${label}, slider`,
    });
    const problem = element("p", { class: "problem", id: `${name}-problem` });
    text.addEventListener("input", () => this.onChange({}, { [name]: text.value }));
    slider.addEventListener("input", () => {
      text.value = textAt(field, Number(slider.value));
      this.onChange({}, { [name]: text.value });
    });
    this.shown.set(name, { text, slider, problem });
    return element(
      "div",
      { class: "field" },
      element("label", { for: name }, label),
      text,
      slider,
      hint ? element("p", { class: "hint", id: `${name}-hint` }, hint) : null,
      problem,
    );
  }
}

/** How long an answer may take: a choice of its own, because it changes no cost. */
export class Within {
  private readonly select: HTMLSelectElement;

  constructor(place: HTMLElement, seconds: readonly number[], onChange: (within: string) => void) {
    const offered = seconds.map((each): [string, string] => [String(each), each === 60 ? "a minute" : duration(each)]);
    this.select = choice("within", "An answer may take", [["", "any time"], ...offered]);
    this.select.addEventListener("change", () => onChange(this.select.value));
    place.append(labelled("within", "An answer may take", this.select));
  }

  show(within: string): void {
    this.select.value = within;
  }
}

function choice(id: string, label: string, options: readonly (readonly [string, string])[]): HTMLSelectElement {
  const made = element("select", { id, "aria-label": label });
  made.append(...options.map(([value, text]) => element("option", { value }, text)));
  return made;
}

function labelled(id: string, label: string, control: HTMLElement): HTMLElement {
  control.removeAttribute("aria-label");
  return element("div", { class: "choice" }, element("label", { for: id }, label), control);
}
