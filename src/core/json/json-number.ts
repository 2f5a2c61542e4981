/**
 * JSON values without loss. `JSON.parse` rounds integers beyond 2^53 and every long decimal, and
 * Node 20's reviver does not see the source text; Delta statistics, row ids and transaction
 * versions need both exact. See `parse-json.ts` and `print-json.ts`.
 */

export type ExactJson =
  | null
  | boolean
  | string
  | number
  | bigint
  | JsonNumber
  | ExactJson[]
  | { [key: string]: ExactJson };

/** A number with a fraction or an exponent, kept as it was written: `1.10`, `-0.5e3`. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  toNumber(): number {
    return Number(this.text);
  }
}

/** True for a plain JSON object, false for arrays, numbers kept as text and scalars. */
export function isJsonObject(value: unknown): value is { [key: string]: ExactJson } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof JsonNumber)
  );
}
