/** Elements of the page. What is shown is always text: nothing that is given here is ever read as markup. */

const SVG = "http://www.w3.org/2000/svg";

type Child = Node | string | null;

/** Attributes by name; true is an attribute without a value, and false and null are none. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An HTML element with its attributes and what is in it. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  fill(made, attributes, children);
  return made;
}

/** The same for SVG. Its looks are attributes and classes, because the page's policy allows no inline styles. */
export function drawn(name: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  const made = document.createElementNS(SVG, name);
  fill(made, attributes, children);
  return made;
}

/** The element of the page with this id, which page.html has. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`page.html has no element ${id}`);
  return found as Kind;
}

/** A button that does something. It never sends a form. */
export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

function fill(made: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
}
