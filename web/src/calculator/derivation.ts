/** A calculation that can be checked: every step with its name, its formula in words, its numbers and its result. */

import { quantity, Quantity } from "./quantity.ts";

/** A quantity that has a name. */
export interface Figure {
  readonly name: string;
  readonly value: Quantity;
}

/** One line of arithmetic; `formula` is in the names of `numbers`, as in `input tokens × input price`. */
export interface Step {
  readonly name: string;
  readonly formula: string;
  readonly numbers: readonly Figure[];
  readonly result: Quantity;
}

/** A figure. */
export function figure(name: string, value: Quantity): Figure {
  return { name, value };
}

/** The steps so far, and what is to be said about them. */
export class Derivation {
  readonly steps: Step[] = [];
  readonly notes: string[] = [];

  /** The product of them all. */
  multiply(name: string, ...numbers: Figure[]): Figure {
    return this.step(name, " × ", numbers, (one, other) => one.times(other));
  }

  /** The first, divided by the others. @throws {ZeroDivisionError} */
  divide(name: string, ...numbers: Figure[]): Figure {
    return this.step(name, " ÷ ", numbers, (one, other) => one.over(other));
  }

  /** The sum. @throws {UnitError} */
  add(name: string, ...numbers: Figure[]): Figure {
    return this.step(name, " + ", numbers, (one, other) => one.plus(other));
  }

  /** The first less the others. @throws {UnitError} */
  subtract(name: string, ...numbers: Figure[]): Figure {
    return this.step(name, " − ", numbers, (one, other) => one.minus(other));
  }

  /** What is left of one without a share. */
  rest(name: string, share: Figure): Figure {
    return this.subtract(name, figure("1", quantity(1n)), share);
  }

  /** Something to be said, once. */
  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  private step(
    name: string,
    sign: string,
    numbers: readonly Figure[],
    combine: (one: Quantity, other: Quantity) => Quantity,
  ): Figure {
    const result = numbers.map((number) => number.value).reduce(combine);
    const formula = numbers.map((number) => number.name).join(sign);
    this.steps.push({ name, formula, numbers, result });
    return figure(name, result);
  }
}
