/** The options of `from_json`, `to_json` and their like: a call of `map` over string literals. */
import { formatTypeSql } from "../../schema/data-type.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { literalValue } from "./builder.ts";

/** Options by lower-case name; refuses those not in `known`. */
export function readOptions(
  argument: BoundExpression | undefined,
  known: readonly string[],
  calledAs: string,
): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  if (!argument) return options;
  if (argument.kind !== "call" || argument.fn.name !== "map") {
    throw invalid("NON_MAP_FUNCTION", "options are written with `map(…)`", argument);
  }
  const { type } = argument;
  if (type.kind === "map" && argument.args.length > 0) {
    if (type.key.kind !== "string" || type.value.kind !== "string") {
      const text = `names and values of options are strings, not ${formatTypeSql(type)}`;
      throw invalid("NON_STRING_TYPE", text, argument);
    }
  }
  for (let i = 0; i < argument.args.length; i += 2) {
    const [name, value] = [literalValue(argument.args[i]!), literalValue(argument.args[i + 1]!)];
    if (typeof name !== "string" || typeof value !== "string") {
      throw notImplemented("an option that is no string literal", argument.span);
    }
    if (!known.includes(name.toLowerCase())) {
      throw notImplemented(`the option \`${name}\` of ${calledAs}`, argument.span);
    }
    options.set(name.toLowerCase(), value);
  }
  return options;
}

function invalid(subclass: string, message: string, at: BoundExpression): SqlError {
  return new SqlError(message, {
    errorClass: `INVALID_OPTIONS.${subclass}`,
    sqlState: "42K06",
    span: at.span,
    hint: "write for example `map('mode', 'FAILFAST')`",
  });
}
