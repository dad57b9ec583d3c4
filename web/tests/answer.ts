/**
 * Answers to cases that somebody else has drawn: it reads them and their prices from its input, and writes what comes out.
 *
 * `tests/web/test_calculator.py` holds it against the calculator in Python.
 */

import { readFileSync, writeFileSync } from "node:fs";

import { Catalogue, type CatalogueData } from "../src/calculator/catalogue.ts";
import { listedTariff } from "../src/calculator/listing.ts";
import { exact, type Quantity } from "../src/calculator/quantity.ts";
import { answer, type Case, rendered } from "./case.ts";

/** What is asked: cases, and the prices of models (provider, model) for requests of at least and at most so many input tokens. */
interface Questions {
  readonly catalogue: CatalogueData;
  readonly cases: readonly Case[];
  readonly listed: readonly (readonly [string, string, number, number])[];
}

const asked = JSON.parse(readFileSync(0, "utf-8")) as Questions;
const catalogue = new Catalogue(asked.catalogue);

function bounds(value: Quantity | null): readonly string[] {
  return value ? [value.low.toFraction(), value.high.toFraction()] : [];
}

const told = {
  answers: asked.cases.map((each) => answer(each, catalogue)),
  rendered: asked.cases.map((each) => rendered(each, catalogue)),
  listed: asked.listed.map(([provider, model, least, most]) => {
    const tariff = listedTariff(catalogue, { name: model, provider, model }, [exact(least), exact(most)]);
    const prices = [...tariff.prices].map(([lane, { input, output, cached, cacheWrite, ...from }]) => {
      const kinds = [input, output, cached, cacheWrite].map(bounds);
      return [lane, { kinds, from }];
    });
    return Object.fromEntries(prices) as unknown;
  }),
};

writeFileSync(1, JSON.stringify(told));
