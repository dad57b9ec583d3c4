/** The models that are compared: the key models to tick, all others by search (a combobox with a list, as ARIA describes it). */

import type { KeyModel } from "./contents.ts";
import { button, element } from "./element.ts";
import type { Model, Models } from "./model.ts";
import { date } from "./shown.ts";
import { MOST_MODELS } from "./state.ts";

/** Names that are listed at a time. */
const LISTED = 12;

/** Ticks and search. */
export class Picker {
  private readonly ticks = new Map<string, HTMLInputElement>();
  private readonly chosen = element("ul", { class: "chosen", "aria-label": "Models that are compared" });
  private readonly search = element("input", {
    id: "model-search",
    type: "text",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "model-list",
    "aria-autocomplete": "list",
    "aria-describedby": "model-hint",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: "gpt-5, claude sonnet, gemini …",
  });
  // What scrolls takes the focus by itself in some browsers, and Tab would end in a list that closes then.
  private readonly list = element("ul", {
    id: "model-list",
    role: "listbox",
    "aria-label": "Models",
    hidden: true,
    tabindex: -1,
  });
  private readonly sameText = element("input", { type: "checkbox", id: "same-text" });
  private readonly sameTextLine: HTMLElement;
  private found: readonly Model[] = [];
  private at = -1;
  private names: readonly string[] = [];

  constructor(
    place: HTMLElement,
    private readonly models: Models,
    keys: readonly KeyModel[],
    private readonly onPick: (names: readonly string[]) => void,
    onSameText: (same: boolean) => void,
  ) {
    const ticked = element("fieldset", { class: "keys" }, element("legend", {}, "Models"));
    for (const key of keys) ticked.append(this.tick(key));
    this.sameTextLine = element(
      "div",
      { class: "tick" },
      this.sameText,
      element("label", { for: "same-text" }, "the same text for all: tokens counted by the first model"),
    );
    place.append(
      ticked,
      element("label", { for: "model-search" }, "Any other model"),
      element("div", { class: "search" }, this.search, this.list),
      element("p", { class: "hint", id: "model-hint" }, `${models.size.toLocaleString("en-US")} are known; up to ${MOST_MODELS} beside each other`),
      this.chosen,
      this.sameTextLine,
    );
    this.sameText.addEventListener("change", () => onSameText(this.sameText.checked));
    this.search.addEventListener("input", () => this.look());
    this.search.addEventListener("focus", () => this.look());
    this.search.addEventListener("blur", () => this.close());
    this.search.addEventListener("keydown", (event) => this.key(event));
    // A press on the list must not take the focus from the search, or the list is gone before it is a click.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  /** Show what is picked. `differ`: the same text is not as many tokens with all of them, or nobody knows. */
  show(names: readonly string[], sameText: boolean, differ: boolean): void {
    this.names = names;
    for (const [name, box] of this.ticks) {
      box.checked = names.includes(name);
      box.disabled = !box.checked && names.length >= MOST_MODELS;
    }
    this.sameText.checked = sameText;
    this.sameTextLine.hidden = !differ;
    const others = names.filter((name) => !this.ticks.has(name));
    this.chosen.hidden = others.length === 0;
    this.chosen.replaceChildren(
      ...others.map((name) =>
        element(
          "li",
          {},
          name,
          names.length > 1 ? button("×", () => this.remove(name), { "aria-label": `Remove ${name}` }) : null,
        ),
      ),
    );
  }

  private tick(key: KeyModel): HTMLElement {
    const id = `key-${key.name.replaceAll(/[^a-z0-9]+/g, "-")}`;
    const box = element("input", { type: "checkbox", id });
    const model = this.models.find(key.name);
    const trust = model?.trust.get("realtime");
    const said = [key.tier, model?.retired?.past ? "retired" : "", trust?.checkedOn ? `checked ${date(trust.checkedOn)}` : ""];
    this.ticks.set(key.name, box);
    box.addEventListener("change", () => {
      const others = this.names.filter((name) => name !== key.name);
      // Something has to be compared: the last one that is ticked stays.
      this.onPick(box.checked ? [...others, key.name] : others.length ? others : [key.name]);
    });
    return element(
      "div",
      { class: "tick" },
      box,
      element("label", { for: id }, key.name.replace(/^.*\//, ""), element("span", { class: "tier" }, ` ${said.filter(Boolean).join(", ")}`)),
      trust?.stale ? element("span", { class: "stale" }, "stale") : null,
    );
  }

  private remove(name: string): void {
    this.onPick(this.names.filter((each) => each !== name));
    this.search.focus();
    this.close();
  }

  private look(): void {
    this.found = this.models.search(this.search.value, LISTED);
    this.at = -1;
    this.list.replaceChildren(
      ...this.found.map((model, at) => this.option(model, at)),
      ...(this.found.length ? [] : [element("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "no price list has it")]),
    );
    this.list.hidden = false;
    this.search.setAttribute("aria-expanded", "true");
    this.search.removeAttribute("aria-activedescendant");
  }

  private option(model: Model, at: number): HTMLElement {
    const made = element(
      "li",
      { role: "option", id: `model-${at}`, "aria-selected": String(this.names.includes(model.name)) },
      model.name,
      model.retired?.past ? element("span", { class: "tier" }, " retired") : null,
    );
    made.addEventListener("click", () => this.take(at));
    return made;
  }

  private take(at: number): void {
    const model = this.found[at];
    if (model === undefined) return;
    this.search.value = "";
    this.close();
    if (this.names.includes(model.name)) return;
    // The newest takes the place of the last one where there is no room.
    this.onPick([...this.names.slice(0, MOST_MODELS - 1), model.name]);
  }

  private close(): void {
    this.list.hidden = true;
    this.search.setAttribute("aria-expanded", "false");
    this.search.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") return this.close();
    if (event.key === "Enter") {
      event.preventDefault();
      if (!this.list.hidden) this.take(Math.max(0, this.at));
      return;
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    if (this.list.hidden) this.look();
    if (!this.found.length) return;
    this.at = (this.at + step + this.found.length + (this.at < 0 && step < 0 ? 1 : 0)) % this.found.length;
    for (const [at, option] of [...this.list.children].entries()) option.classList.toggle("active", at === this.at);
    this.search.setAttribute("aria-activedescendant", `model-${this.at}`);
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }
}
