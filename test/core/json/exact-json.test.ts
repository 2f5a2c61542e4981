import { describe, expect, it } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { JsonNumber, parseExactJson, parseJson, printJson } from "../../../src/core/json/index.ts";
import { createRng, type Rng } from "../../../src/core/rng.ts";

describe("exact JSON", () => {
  it("keeps integers beyond 2^53 and decimals", () => {
    const text = '{"a":9223372036854775807,"b":-9007199254740993,"c":1.10,"d":[1,2.5e3]}';
    const value = parseExactJson(text, { keepDecimals: true });
    expect(value).toEqual({
      a: 9223372036854775807n,
      b: -9007199254740993n,
      c: new JsonNumber("1.10"),
      d: [1, new JsonNumber("2.5e3")],
    });
    expect(printJson(value)).toBe(text);
  });

  it("takes the slow road only where digits could be lost", () => {
    expect(parseJson('{"v":12345678901234567890}')).toEqual({ v: 12345678901234567890n });
    expect(parseJson('{"a\\\\":12345678901234567890}')).toEqual({ "a\\": 12345678901234567890n });
    expect(parseJson("[1, 12345678901234567890]")).toEqual([1, 12345678901234567890n]);
    const inString = '{"stats":"{\\"x\\":12345678901234567890}"}';
    expect(parseJson(inString)).toEqual(JSON.parse(inString));
  });

  it("does not let a key reach the prototype", () => {
    const value = parseExactJson('{"__proto__":{"polluted":1}}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  for (const [text, offset] of [
    ['{"a":1', 6],
    ['{"a":tru}', 5],
    ["[1,]", 3],
    ['"a\nb"', 2],
    ['"\\u12g4"', 1],
    ["1 2", 2],
    ["", 0],
    ["01", 1],
    ['{"a" 1}', 5],
  ] as const) {
    it(`refuses ${JSON.stringify(text)} at ${offset}`, () => {
      expect(() => parseExactJson(text)).toThrowError(
        expect.objectContaining({ code: "DATA_LOSS", details: { source: "JSON", offset } }),
      );
    });
  }

  it("bounds nesting", () => {
    const deep = "[".repeat(100_000);
    expect(() => parseExactJson(deep)).toThrow(SovereignError);
    expect(() => parseExactJson(deep)).toThrow(/nested too deep/);
  });

  it("reads and prints as JSON.parse and JSON.stringify do, on random documents", () => {
    const rng = createRng(1);
    for (let i = 0; i < 2000; i++) {
      const document = randomJson(rng, 4);
      const text = JSON.stringify(document);
      expect(parseExactJson(text)).toEqual(document);
      expect(printJson(document)).toBe(text);
    }
  });
});

function randomJson(rng: Rng, depth: number): unknown {
  const choice = rng.int(depth === 0 ? 5 : 7);
  if (choice === 0) return null;
  if (choice === 1) return rng.int(2) === 0;
  if (choice === 2) return rng.int(2_000_000) - 1_000_000;
  if (choice === 3) return rng.normal() * 10 ** (rng.int(30) - 20);
  if (choice === 4) return randomText(rng);
  const size = rng.int(4);
  if (choice === 5) return Array.from({ length: size }, () => randomJson(rng, depth - 1));
  return Object.fromEntries(
    Array.from({ length: size }, (_, i) => [`${i}${randomText(rng)}`, randomJson(rng, depth - 1)]),
  );
}

function randomText(rng: Rng): string {
  const codes = Array.from({ length: rng.int(6) }, () => rng.int(rng.int(2) ? 128 : 0xd7ff));
  return String.fromCharCode(...codes);
}
