/** `name=value` words of a command line: parameters, tags. */
import { SovereignError } from "../core/errors.ts";

/** `name=value` words as an object; the last of a name wins. `flag` is what stands before them. */
export function readPairs(words: readonly string[], flag: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals < 1) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` has no value`, {
        hint: `write \`${flag} name=value\``,
      });
    }
    pairs[word.slice(0, equals)] = word.slice(equals + 1);
  }
  return pairs;
}
