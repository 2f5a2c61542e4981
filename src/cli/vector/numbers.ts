/** Numbers of a command line that are not whole, and vectors. */
import { SovereignError } from "../../core/errors.ts";
import type { Io } from "../io.ts";
import { readTextWord } from "../lake/text-source.ts";

/** The number a flag's word stands for, or undefined without one. */
export function readNumber(word: string | undefined, flag: string): number | undefined {
  if (word === undefined) return undefined;
  const value = word.trim() === "" ? Number.NaN : Number(word);
  if (Number.isFinite(value)) return value;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` is no value of \`${flag}\``, {
    hint: "give a number, such as 0.75",
  });
}

/** A vector: numbers with commas or blanks between, with or without brackets; `@file`; `-`. */
export async function readVectorWord(word: string, io: Io): Promise<number[]> {
  const text = (await readTextWord(word, io, "a vector")).trim().replace(/^\[|\]$/g, "");
  const values = text.split(/[\s,]+/).filter((part) => part !== "");
  const numbers = values.map(Number);
  const odd = numbers.findIndex((value) => !Number.isFinite(value));
  if (odd < 0 && numbers.length > 0) return numbers;
  const what = odd < 0 ? "there is no number" : `\`${values[odd]}\` is no number`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `the vector cannot be read: ${what}`, {
    hint: "write numbers with commas between, such as `0.1,0.2,0.3`, or `@file`",
  });
}
