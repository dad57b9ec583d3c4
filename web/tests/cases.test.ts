/** Every case of `tests/cases/calculator` comes out as the calculator in Python has it. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";

import { Catalogue, type CatalogueData } from "../src/calculator/catalogue.ts";
import { type Answer, answer, type Case } from "./case.ts";

/** From `web`, where tests are run. */
const FOLDER = resolve("..", "tests", "cases", "calculator");

type Expected = { readonly error: string } | { readonly lines: readonly string[] | string };

function read<Content>(file: string): Content {
  return JSON.parse(readFileSync(resolve(FOLDER, file), "utf-8")) as Content;
}

/** An answer with the digest of its lines in their place, where that is what is expected. */
function likeExpected(found: Answer, expect: Expected): unknown {
  if (!("lines" in found) || !("lines" in expect) || typeof expect.lines !== "string") return found;
  return { ...found, lines: `sha256 ${createHash("sha256").update(found.lines.join("\n")).digest("hex")}` };
}

const catalogue = new Catalogue(read<CatalogueData>("prices.json"));

for (const file of ["scenarios", "edges", "random"]) {
  test(`the cases of ${file}.json`, () => {
    const cases = read<readonly (Case & { readonly expect: Expected })[]>(`${file}.json`);
    assert.ok(cases.length >= 65);
    for (const each of cases) {
      assert.deepEqual(likeExpected(answer(each, catalogue), each.expect), each.expect, `${file}: ${each.id}`);
    }
  });
}
