/** The reader of JSON's bytes against `JSON.parse`: the same documents, the same values. */
import { expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { cutValues } from "../../src/formats/json/cut-values.ts";
import { JsonReader } from "../../src/formats/json/json-reader.ts";
import { JsonFault } from "../../src/formats/json/json-scanner.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const DOCUMENT = `{"a": [1, -0.5e-3, true, false, null, "x\\n\\u00e9\\ud83d\\ude00"], "b": {"a": {}, "c": []},
  "model": {"vocab": {"x": 1, "é\\"": 2}, "type": "BPE"} }`;

function taken(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof JsonFault || error instanceof SyntaxError) return false;
    throw error;
  }
}

test("takes what JSON.parse takes, and nothing else", () => {
  const rng = createRng(3);
  const bytes = '{}[]",:\\ \n\t0123456789.eE+-truefalsnb/é'.split("");
  let takenCount = 0;
  for (let round = 0; round < 20_000; round++) {
    let text = DOCUMENT;
    for (let change = rng.int(3); change >= 0; change--) {
      const at = rng.int(text.length);
      const piece = rng.int(3) === 0 ? "" : bytes[rng.int(bytes.length)]!;
      text = text.slice(0, at) + piece + text.slice(at + rng.int(3));
    }
    // Half a pair alone is written as an escape.
    const isWhole = (): boolean => !/\\ud[89a-f]/.test(JSON.stringify(JSON.parse(text)));
    const wanted = taken(() => JSON.parse(text)) && isWhole();
    const found = taken(() => cutValues(encode(text), {}));
    if (wanted) takenCount++;
    expect(found, text).toBe(wanted);
  }
  expect(takenCount).toBeGreaterThan(1000);
});

test("numbers are JSON.parse's", () => {
  const rng = createRng(9);
  const digits = (most: number) => String(rng.int(10 ** (1 + rng.int(most))));
  for (let round = 0; round < 20_000; round++) {
    const fraction = rng.int(3) === 0 ? "" : `.${digits(8)}${digits(8)}${digits(8)}`;
    const exponent = rng.int(4) > 0 ? "" : `e${["", "-", "+"][rng.int(3)]}${digits(2)}`;
    const text = `${rng.int(2) === 0 ? "-" : ""}${digits(9)}${fraction}${exponent}`;
    expect(new JsonReader(encode(text)).readNumber(), text).toBe(JSON.parse(text));
  }
});

test("what is cut is read by itself", () => {
  const { rest, cut } = cutValues(encode(DOCUMENT), { model: { vocab: true, merges: true } });
  const { model, ...others } = JSON.parse(DOCUMENT) as Record<string, unknown>;
  expect(rest).toEqual({ ...others, model: { type: "BPE", vocab: null } });
  expect(model).toBeTruthy();
  expect([...cut.keys()]).toEqual(["model.vocab"]);
  const reader = cut.get("model.vocab")!;
  reader.expect(0x7b);
  expect(reader.readText()).toBe("x");
});

test("names in escapes are names, and come once", () => {
  const escaped = encode('{"mod\\u0065l": {"vocab": [1]}}');
  expect(cutValues(escaped, { model: { vocab: true } }).cut.has("model.vocab")).toBe(true);
  const twice = encode('{"vocab": [1], "vocab": [2]}');
  expect(() => cutValues(twice, { vocab: true })).toThrow(/there twice/);
  expect(() => cutValues(Uint8Array.of(0x22, 0xff, 0x22), {})).toThrow(/UTF-8/);
});
