/** `--param name=value`: values of `:name` markers, typed by how they are written. */
import { SovereignError } from "../../core/errors.ts";
import type { JsonScalar } from "../../lake/schema/data-type.ts";

/**
 * `5` is an integer, `2.5` a double, `true`, `false` and `null` themselves, `"5"` the text 5, and
 * anything else the text as it stands.
 */
export function readParameters(words: readonly string[]): Record<string, JsonScalar> {
  const parameters: Record<string, JsonScalar> = {};
  for (const word of words) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
    if (match === null) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` is no parameter`, {
        hint: "write `--param name=value`; the statement says `:name`",
      });
    }
    parameters[match[1]!] = readScalar(match[2]!);
  }
  return parameters;
}

function readScalar(text: string): JsonScalar {
  if (/^-?(0|[1-9]\d*)$/.test(text)) {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text);
  }
  if (/^-?\d+\.\d+([eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  if (/^".*"$/s.test(text)) {
    try {
      return JSON.parse(text) as string;
    } catch {
      return text;
    }
  }
  return text;
}
