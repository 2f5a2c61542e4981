import { describe, expect, it } from "vitest";
import { LineLengths } from "../../../src/cli/tokenize/line-lengths.ts";

function lengthsOf(...chunks: readonly (readonly [text: string, starts: readonly number[]])[]) {
  const lines = new LineLengths();
  for (const [text, starts] of chunks) lines.add(text, starts, starts.length);
  lines.end();
  return lines.lengths;
}

describe("tokens of each line", () => {
  it("are the same whether or not line ends are tokens", () => {
    expect(lengthsOf(["one two\nthree\n\nsix\n", [0, 4, 8, 15]])).toEqual([2, 1, 1]);
    expect(lengthsOf(["one two\nthree\n\nsix\n", [0, 3, 7, 8, 13, 15, 18]])).toEqual([3, 2, 2]);
  });

  it("go on in the next chunk", () => {
    expect(lengthsOf(["one", [0]], [" two\nth", [0, 5]], ["ree", [0]])).toEqual([2, 2]);
  });

  it("leave out lines without text", () => {
    expect(lengthsOf(["\n \t\n", [0, 1]], ["", []])).toEqual([]);
  });
});
