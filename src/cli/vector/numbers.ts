/** Numbers of a command line that are not whole, and vectors. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

import { SovereignError } from "../../core/errors.ts";
import { readNpy } from "../../formats/npy/index.ts";
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

/** The vector of an `.npy` file; null for another. */
function readSavedVector(name: string, io: Io): number[] | null {
  const path = resolve(io.cwd, name);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  const file = isFile ? readFileSync(path) : null;
  if (file?.toString("latin1", 1, 6) !== "NUMPY") return null;
  const { rowCount, values } = readNpy(file, name);
  if (rowCount === 1) return Array.from(values);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` holds ${rowCount} vectors`, {
    hint: "save the one to search for: `numpy.save(path, x[0])`",
  });
}

/** A vector: numbers with commas or blanks between, with or without brackets; `@file`; `-`. */
export async function readVectorWord(word: string, io: Io): Promise<number[]> {
  const saved = word.startsWith("@") ? readSavedVector(word.slice(1), io) : null;
  if (saved !== null) return saved;
  const text = (await readTextWord(word, io, "a vector")).trim().replace(/^\[|\]$/g, "");
  const values = text.split(/[\s,]+/).filter((part) => part !== "");
  const numbers = values.map(Number);
  const odd = numbers.findIndex((value) => !Number.isFinite(value));
  if (odd < 0 && numbers.length > 0) return numbers;
  const what = odd < 0 ? "there is no number" : `\`${values[odd]}\` is no number`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `the vector cannot be read: ${what}`, {
    hint: "write numbers with commas between, such as `0.1,0.2,0.3`, or `@file` (.npy too)",
  });
}
