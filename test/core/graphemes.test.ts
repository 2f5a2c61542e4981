/** Graphemes found piece by piece are those the engine finds in the whole text. */
import { expect, test } from "vitest";
import { graphemes } from "../../src/core/graphemes.ts";
import { createRng } from "../../src/core/rng.ts";

test("graphemes found in windows are those of the whole text", () => {
  const rng = createRng(5);
  const parts = [
    "a",
    "\r",
    "\n",
    "e\u0301",
    "\u200d",
    "👩",
    "🇨🇭",
    "🇩",
    "각",
    "\u1100",
    "क्",
    "ष",
    "\u0600",
  ];
  const whole = new Intl.Segmenter("en", { granularity: "grapheme" });
  for (let round = 0; round < 50; round++) {
    const some = parts.filter(() => rng.next() < 0.5);
    const text = Array.from({ length: 2000 }, () => some[rng.int(some.length)] ?? "x").join("");
    const expected = Array.from(whole.segment(text), ({ segment, index }) => ({ segment, index }));
    expect([...graphemes(text)]).toEqual(expected);
  }
});
