/** How it is reckoned: each step on a line. */

import { lines } from "../calculator/wording.ts";
import { element } from "./element.ts";
import type { Offer } from "./reckoning.ts";

/** The steps of all sums of a model, under their titles. */
export function derivation(offer: Offer): readonly HTMLElement[] {
  return offer.sums.flatMap((sums) => [
    element("h3", {}, `${offer.model.name}: ${sums.title}`),
    element("ol", { class: "steps" }, ...lines(sums.derivation).map((line) => step(line))),
  ]);
}

/** A line as `name = formula = numbers = result`, with its parts apart. */
function step(line: string): HTMLElement {
  const [name = "", formula = "", numbers = "", result = ""] = line.split(" = ");
  return element(
    "li",
    {},
    element("strong", {}, name),
    element("span", {}, ` = ${formula}`),
    element("span", { class: "numbers" }, ` = ${numbers}`),
    element("span", { class: "result" }, ` = ${result}`),
  );
}
