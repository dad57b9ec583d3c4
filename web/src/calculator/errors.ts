/** What can go wrong, in the words of `bide.core.errors`: `code` is stable and for programs, the message says what to do. */

/** Something that was given cannot be reckoned with. */
export class InputError extends Error {
  readonly code: string = "invalid_input";
  override name = "InputError";
}

/** These units cannot be mixed; give both numbers in the same unit. */
export class UnitError extends Error {
  readonly code: string = "unit_mismatch";
  override name = "UnitError";
}

/** A division by zero: who divides says what it means, so this is a defect of the caller's. */
export class ZeroDivisionError extends Error {
  override name = "ZeroDivisionError";
}

/** What was typed, in quotes and with nothing hidden in it, as Python's `repr` writes it. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = [...text].map((each) => {
    if (each === "\\" || each === quote) return `\\${each}`;
    if (each in ESCAPES) return ESCAPES[each];
    return UNSEEN.test(each) && each !== " " ? coded(each.codePointAt(0) ?? 0) : each;
  });
  return `${quote}${escaped.join("")}${quote}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const UNSEEN = /[\p{C}\p{Z}]/u;

function coded(point: number): string {
  const digits = point.toString(16);
  if (point < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return point < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
