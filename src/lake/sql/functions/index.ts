/**
 * The table of Spark functions, put together from the family files beside this one. It is an
 * allow-list: what is not here is refused. Names are looked up without case.
 */
import { closest, distance } from "fastest-levenshtein";
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { AGGREGATES } from "./aggregate.ts";
import { APPROXIMATE } from "./aggregate-approximate.ts";
import { SORTED } from "./aggregate-sorted.ts";
import { STATISTICS } from "./aggregate-statistics.ts";
import { PMOD, SHIFT_FUNCTIONS } from "./arithmetic.ts";
import { ARRAYS } from "./array.ts";
import { ARRAY_SETS } from "./array-set.ts";
import { EQUAL_NULL } from "./comparison.ts";
import { CONDITIONAL } from "./conditional.ts";
import { DATES } from "./date.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";
import { FORMATS } from "./format.ts";
import { GENERATORS } from "./generator.ts";
import { HASHES } from "./hash.ts";
import { JSON_FUNCTIONS } from "./json.ts";
import { LAMBDA_FUNCTIONS } from "./lambda.ts";
import { LIKE_FUNCTIONS } from "./like.ts";
import { INTERVAL_TABLE } from "./make-interval.ts";
import { MAKE_TIMESTAMPS } from "./make-timestamp.ts";
import { MAP_FUNCTIONS } from "./map.ts";
import { MATH } from "./math.ts";
import { NUMBER_FORMATS } from "./number-format.ts";
import { createCall } from "./operators.ts";
import { REGEXP } from "./regexp.ts";
import { ROUNDING } from "./rounding.ts";
import { SEQUENCE_FUNCTIONS } from "./sequence.ts";
import { MISC } from "./session-facts.ts";
import { STRINGS } from "./string.ts";
import { CONCAT } from "./string-concat.ts";
import { TRIMMING } from "./string-trim.ts";
import { STRUCT_FUNCTIONS } from "./struct.ts";
import { TIMESTAMPS_TABLE } from "./timestamp.ts";
import { URLS } from "./url.ts";
import { VARIANTS } from "./variant.ts";
import { WINDOW } from "./window.ts";

const ENTRIES: readonly FunctionDef[] = [
  ...ARRAYS,
  ...ARRAY_SETS,
  ...GENERATORS,
  ...JSON_FUNCTIONS,
  ...LAMBDA_FUNCTIONS,
  ...MAP_FUNCTIONS,
  ...SEQUENCE_FUNCTIONS,
  ...STRUCT_FUNCTIONS,
  PMOD,
  ...SHIFT_FUNCTIONS,
  EQUAL_NULL,
  ...LIKE_FUNCTIONS,
  CONCAT,
  ...AGGREGATES,
  ...APPROXIMATE,
  ...SORTED,
  ...STATISTICS,
  ...CONDITIONAL,
  ...DATES,
  ...FORMATS,
  ...HASHES,
  ...INTERVAL_TABLE,
  ...MAKE_TIMESTAMPS,
  ...MATH,
  ...MISC,
  ...NUMBER_FORMATS,
  ...REGEXP,
  ...ROUNDING,
  ...STRINGS,
  ...TIMESTAMPS_TABLE,
  ...TRIMMING,
  ...URLS,
  ...VARIANTS,
  ...WINDOW,
];

const BY_NAME = new Map<string, FunctionDef>();
for (const def of ENTRIES) {
  for (const name of [def.name, ...(def.aliases ?? [])]) BY_NAME.set(name, def);
}

/** The entry of that name or alias, or undefined. */
export function lookupFunction(name: string): FunctionDef | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** Every entry once, by name. */
export function listFunctions(): readonly FunctionDef[] {
  return [...new Set(ENTRIES)].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The known name nearest to a misspelt one, or undefined. */
export function suggestFunction(name: string): string | undefined {
  const near = closest(name.toLowerCase(), [...BY_NAME.keys()]);
  return distance(near, name.toLowerCase()) <= Math.max(1, name.length / 3) ? near : undefined;
}

/** Finds a function by name and resolves a call of it. */
export function resolveCall(
  name: string,
  args: readonly BoundExpression[],
  options: { span?: Span; isWindow?: boolean; bindLambda?: ResolveContext["bindLambda"] } = {},
): CallExpression {
  const def = lookupFunction(name);
  if (def) return createCall(def, args, { ...options, calledAs: name });
  const near = suggestFunction(name);
  throw new SqlError(`the function \`${name}\` is not known`, {
    code: "NOT_IMPLEMENTED",
    errorClass: "UNRESOLVED_ROUTINE",
    sqlState: "42883",
    span: options.span,
    hint: near
      ? `did you mean \`${near}\`?`
      : "write it with other functions: this version lacks it",
  });
}
