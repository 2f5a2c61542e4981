/** A million filters and order_by texts, from well formed to noise: a parse or a 400, no more. */
import { expect, it } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { GRAMMARS, ORDERED_GRAMMARS, parseAny } from "../mlflow/search/parse-any.ts";
import { randomFilter, randomOrder } from "../mlflow/search/random-filters.ts";

const INPUTS = 1_000_000;

it("every input is parsed or refused", () => {
  const rng = createRng(20);
  let [parsed, refused] = [0, 0];
  for (let count = 0; count < INPUTS; count++) {
    const grammar = GRAMMARS[count % GRAMMARS.length]!;
    const isOrder = count % 5 === 0 && ORDERED_GRAMMARS.some((ordered) => ordered === grammar);
    const outcome = isOrder
      ? parseAny({ grammar, order: [randomOrder(grammar, rng)] })
      : parseAny({ grammar, filter: randomFilter(grammar, rng) });
    if (outcome.parsed !== undefined) parsed++;
    else if (outcome.refused) refused++;
  }
  expect(parsed + refused).toBe(INPUTS);
  expect(Math.min(parsed, refused)).toBeGreaterThan(INPUTS / 5);
});
