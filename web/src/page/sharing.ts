/** Keep or share the result: a link that opens the page with the same numbers, files, the clipboard, paper. */

import { button, element } from "./element.ts";

/** What there is to share at the moment. */
export interface Shared {
  readonly link: () => string;
  readonly text: () => string;
  readonly json: () => string;
  readonly csv: () => string;
}

/** The buttons. `say` tells what became of a press. */
export class Sharing {
  private readonly link = element("input", { id: "link", type: "text", readonly: true });
  private readonly buttons: readonly HTMLButtonElement[];

  constructor(
    place: HTMLElement,
    private readonly shared: Shared,
    private readonly say: (text: string) => void,
  ) {
    this.buttons = [
      button("Copy the result", () => void this.copy(this.shared.text(), "The result")),
      button("Save as JSON", () => this.save("bide-calculator.json", "application/json", this.shared.json())),
      button("Save as CSV", () => this.save("bide-calculator.csv", "text/csv", this.shared.csv())),
      button("Print", () => window.print()),
    ];
    this.link.addEventListener("focus", () => this.link.select());
    place.append(
      element(
        "div",
        { class: "link" },
        element("label", { for: "link" }, "Link to these numbers"),
        this.link,
        button("Copy the link", () => void this.copy(this.shared.link(), "The link")),
      ),
      element("div", { class: "buttons" }, ...this.buttons),
    );
  }

  /** Show the link. Where there is no result there is nothing to keep. */
  show(isResult: boolean): void {
    this.link.value = this.shared.link();
    for (const each of this.buttons) each.disabled = !isResult;
  }

  private async copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say(`${what} is copied.`);
    } catch {
      // No clipboard here: an old browser, or a frame that may not use it.
      this.say(copiedByHand(text) ? `${what} is copied.` : `${what} cannot be copied here; select it and copy it by hand.`);
    }
  }

  private save(name: string, type: string, text: string): void {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = element("a", { href: url, download: name });
    link.click();
    URL.revokeObjectURL(url);
    this.say(`${name} is saved.`);
  }
}

function copiedByHand(text: string): boolean {
  const area = element("textarea", { class: "unseen", "aria-hidden": "true", tabindex: -1 });
  const before = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
