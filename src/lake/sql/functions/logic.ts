/** AND, OR, NOT and the IS tests (three-valued, as the engine has them). */
import { BOOLEAN, formatTypeSql } from "../../schema/data-type.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { ANY, as } from "./accept.ts";
import { define, entry } from "./builder.ts";
import { nullTest } from "./conditional.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";

function connective(name: "and" | "or"): FunctionDef {
  const word = name.toUpperCase();
  return entry(
    name,
    { kind: "operator", pretty: (a) => `(${a[0]} ${word} ${a[1]})` },
    (a) => `(${a[0]} ${word} ${a[1]})`,
    (args, context) => {
      const cast = args.map((arg) => toBoolean(arg, args, word, context));
      return { type: BOOLEAN, nullable: cast.some((a) => a.nullable), args: cast };
    },
  );
}

function toBoolean(
  arg: BoundExpression,
  all: readonly BoundExpression[],
  word: string,
  context: ResolveContext,
): BoundExpression {
  const { kind } = arg.type;
  if (kind === "boolean" || kind === "void") return context.cast(arg, BOOLEAN);
  if (kind === "string" && all.some((a) => a.type.kind === "boolean")) {
    return context.cast(arg, BOOLEAN);
  }
  const types = all.map((a) => formatTypeSql(a.type));
  const same = types[0] === types[1];
  throw mismatch(
    same ? "BINARY_OP_WRONG_TYPE" : "BINARY_OP_DIFF_TYPES",
    `${word} needs booleans, not ${types.join(" and ")}`,
    context.span,
  );
}

function nullOperator(name: string, engine: string): FunctionDef {
  return define(name, [ANY], BOOLEAN, (a, call) => nullTest(a[0]!, call, engine), {
    kind: "operator",
    nullable: false,
    pretty: (a) => `(${a[0]} ${engine})`,
  });
}

/** `IS [NOT] TRUE`: Spark rewrites it to a null-safe comparison, which shows in column names. */
function truthTest(negated: boolean, truth: boolean): FunctionDef {
  const not = negated ? "not " : "";
  return define(
    `is ${not}${truth}`,
    [as(BOOLEAN)],
    BOOLEAN,
    (a) => `(${a[0]} IS ${not.toUpperCase()}${String(truth).toUpperCase()})`,
    {
      kind: "operator",
      nullable: false,
      pretty: (a) => (negated ? `(NOT (${a[0]} <=> ${truth}))` : `(${a[0]} <=> ${truth})`),
    },
  );
}

const NOT = define("not", [as(BOOLEAN)], BOOLEAN, (a) => `(NOT ${a[0]})`, {
  kind: "operator",
  pretty: (a) => `(NOT ${a[0]})`,
});

export const LOGIC: readonly FunctionDef[] = [
  connective("and"),
  connective("or"),
  NOT,
  nullOperator("is null", "IS NULL"),
  nullOperator("is not null", "IS NOT NULL"),
  nullOperator("is unknown", "IS NULL"),
  nullOperator("is not unknown", "IS NOT NULL"),
  truthTest(false, true),
  truthTest(true, true),
  truthTest(false, false),
  truthTest(true, false),
];
