/**
 * Sums over the spans of a trace: tokens used and what they cost. The sums are kept as JSON in the
 * trace's metadata, so whole numbers must stay whole (`update_token_usage` of MLflow 3.11.1).
 */
import { type ExactJson, isJsonObject, JsonNumber } from "../../core/json/index.ts";
import { dumpJson, loadJson, toFloat } from "../wire/python-dump.ts";

type Amount = number | bigint | JsonNumber;
/** Amounts by name, in the order in which they are printed. */
export type Amounts = Map<string, Amount>;

export const COST_KEYS = ["input_cost", "output_cost", "total_cost"] as const;

/** The amounts in a JSON text; null when it has none, or something that is no number. */
export function readAmounts(text: string | null | undefined, keys: readonly string[]) {
  if (text === null || text === undefined) return null;
  const json = loadJson(text);
  if (!isJsonObject(json)) return null;
  const amounts: Amounts = new Map();
  for (const key of keys) {
    const value = json[key];
    if (value === undefined) continue;
    if (!isAmount(value)) return null;
    amounts.set(key, value);
  }
  return amounts.size === 0 ? null : amounts;
}

function isAmount(value: ExactJson): value is Amount {
  return typeof value === "number" || typeof value === "bigint" || value instanceof JsonNumber;
}

/** The sum, key by key, in the order of `keys`. */
export function addAmounts(left: Amounts | null, right: Amounts, keys: readonly string[]): Amounts {
  if (left === null) return right;
  const sum: Amounts = new Map();
  for (const key of keys) {
    const [one, other] = [left.get(key), right.get(key)];
    const amount = one === undefined || other === undefined ? (one ?? other) : add(one, other);
    if (amount !== undefined) sum.set(key, amount);
  }
  return sum;
}

function add(left: Amount, right: Amount): Amount {
  const total = toNumber(left) + toNumber(right);
  return left instanceof JsonNumber || right instanceof JsonNumber ? toFloat(total) : total;
}

/** An amount as a number. */
export function toNumber(amount: Amount): number {
  return amount instanceof JsonNumber ? amount.toNumber() : Number(amount);
}

/** `json.dumps` of the amounts. */
export function printAmounts(amounts: Amounts): string {
  return dumpJson(Object.fromEntries(amounts));
}
