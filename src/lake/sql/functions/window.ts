/** Window functions (Spark 4.2 `windowExpressions.scala`); ranks are INT. */
import { type DataType, DOUBLE, formatTypeSql, INT, VOID } from "../../schema/data-type.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { toCommonType } from "../types/coercion.ts";
import { typedLiteral } from "../types/literal.ts";
import { mismatch } from "../types/mismatch.ts";
import { type Accept, ANY, as } from "./accept.ts";
import { aggregate } from "./aggregate-call.ts";
import { define, entry, literalValue, wrongArity } from "./builder.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";

function ranking(name: string, type: DataType, shown: string): FunctionDef {
  return define(
    name,
    [],
    type,
    (_args, call, context) => {
      const made = aggregate(name, [], { call, context }, { frameless: true });
      return type === INT ? `CAST(${made} AS INTEGER)` : made;
    },
    {
      kind: "window",
      nullable: false,
      requiresOrder: true,
      pretty: () => `${shown}()`,
      summary: `${name.replaceAll("_", " ")} of a row in its window.`,
    },
  );
}

function offset(name: "lag" | "lead"): FunctionDef {
  return entry(
    name,
    {
      kind: "window",
      requiresOrder: true,
      allowsIgnoreNulls: true,
      summary: `The value some rows ${name === "lag" ? "before" : "after"}.`,
    },
    (args, call, context) =>
      aggregate(
        name,
        args,
        { call, context },
        { frameless: true, ignoreNulls: !!call.ignoreNulls },
      ),
    (args, context) => {
      if (args.length < 1 || args.length > 3) {
        throw wrongArity(context.calledAs, "1 to 3", args.length, context.span);
      }
      const by = args[1] ?? typedLiteral(1, INT);
      if (by.type.kind !== "int") {
        throw new SqlError(`the offset of ${name} is an INT, not ${formatTypeSql(by.type)}`, {
          errorClass: "_LEGACY_ERROR_TEMP_1035",
          sqlState: "42K09",
          span: context.span,
          hint: "write a whole number without a suffix",
        });
      }
      const fallback = args[2] ?? typedLiteral(null, VOID);
      const { type, expressions } = toCommonType([args[0]!, fallback], `\`${name}\``, context.span);
      return { type, nullable: true, args: [expressions[0]!, by, expressions[1]!] };
    },
  );
}

const INT_ONLY: Accept = { ...as(INT), target: (t) => (t.kind === "int" ? t : null) };

/** A constant count (the last argument) starts at 1. */
function requirePositive(args: readonly BoundExpression[], context: ResolveContext): void {
  const count = literalValue(args.at(-1)!);
  if (count === undefined || (typeof count === "number" && count > 0)) return;
  throw mismatch("VALUE_OUT_OF_RANGE", `${context.calledAs} counts from 1`, context.span);
}

const NTILE = define(
  "ntile",
  [INT_ONLY],
  INT,
  (args, call, context) =>
    `CAST(${aggregate("ntile", args, { call, context }, { frameless: true })} AS INTEGER)`,
  {
    kind: "window",
    nullable: false,
    requiresOrder: true,
    optional: 1,
    check: requirePositive,
    defaults: (args) => (args.length === 0 ? [typedLiteral(1, INT)] : []),
    summary: "The bucket of a row among n.",
  },
);

const NTH_VALUE = define(
  "nth_value",
  [ANY, as(INT)],
  (args) => args[0]!.type,
  (args, call, context) => {
    if (!call.window) throw notImplemented("nth_value without OVER", call.span);
    return aggregate("nth_value", args, { call, context }, { ignoreNulls: !!call.ignoreNulls });
  },
  {
    kind: "window",
    nullable: true,
    allowsIgnoreNulls: true,
    check: requirePositive,
    summary: "The value of the n-th row of the frame.",
  },
);

export const WINDOW: readonly FunctionDef[] = [
  ranking("row_number", INT, "row_number"),
  ranking("rank", INT, "RANK"),
  ranking("dense_rank", INT, "DENSE_RANK"),
  ranking("percent_rank", DOUBLE, "PERCENT_RANK"),
  ranking("cume_dist", DOUBLE, "cume_dist"),
  NTILE,
  offset("lag"),
  offset("lead"),
  NTH_VALUE,
];
