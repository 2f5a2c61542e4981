/** NULLs and choices (Spark 4.2 `nullExpressions.scala`, `conditionalExpressions.scala`). */
import {
  BOOLEAN,
  type DataType,
  DOUBLE,
  FLOAT,
  formatTypeSql,
  INT,
  sameType,
  VOID,
} from "../../schema/data-type.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { toCommonType } from "../types/coercion.ts";
import { mismatch } from "../types/mismatch.ts";
import { operandType } from "../types/type-rules.ts";
import { type Accept, ANY, as, exact } from "./accept.ts";
import { castArguments, define, entry, letIn, script, wrongArity } from "./builder.ts";
import { checkOrderable, mayHoldNulls } from "./comparison.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";
import { extreme as extremeOf } from "./js/array.ts";
import { widerWithoutText } from "./tightest-type.ts";

function common(
  args: readonly BoundExpression[],
  context: ResolveContext,
): { type: DataType; args: BoundExpression[] } {
  const { type, expressions } = toCommonType(args, `\`${context.calledAs}\``, context.span);
  return { type, args: expressions };
}

function arity(args: readonly unknown[], least: number, context: ResolveContext): void {
  if (args.length < least) {
    throw wrongArity(context.calledAs, `> ${least - 1}`, args.length, context.span);
  }
}

const COALESCE = entry(
  "coalesce",
  { summary: "The first value that is not NULL.", example: "coalesce(null, 1)" },
  (a) => (a.length === 1 ? a[0]! : `coalesce(${a.join(", ")})`),
  (args, context) => {
    arity(args, 1, context);
    const cast = common(args, context);
    return { ...cast, nullable: cast.args.every((a) => a.nullable) };
  },
);

const NVL = entry(
  "nvl",
  {
    aliases: ["ifnull"],
    summary: "The first value, or the second where it is NULL.",
    showsAlias: true,
  },
  (a) => `coalesce(${a.join(", ")})`,
  (args, context) => {
    if (args.length !== 2) throw wrongArity(context.calledAs, "2", args.length, context.span);
    const cast = common(args, context);
    return { ...cast, nullable: cast.args.every((a) => a.nullable) };
  },
);

/** The second or third argument, as the first is true (or not NULL). */
function choice(name: string, test: (a: string) => string, boolean: boolean): FunctionDef {
  return entry(
    name,
    {
      summary: boolean ? "One of two values by a condition." : "One of two values by NULL.",
      ...(boolean ? { pretty: (a: readonly string[]) => `(IF(${a.join(", ")}))` } : {}),
    },
    (a) => `CASE WHEN ${test(a[0]!)} THEN ${a[1]} ELSE ${a[2]} END`,
    (args, context) => {
      if (args.length !== 3) throw wrongArity(context.calledAs, "3", args.length, context.span);
      const first = boolean
        ? castArguments([args[0]!], [exact(as(BOOLEAN))], undefined, context)[0]!
        : args[0]!;
      const cast = common(args.slice(1), context);
      return {
        type: cast.type,
        nullable: cast.args.some((a) => a.nullable),
        args: [first, ...cast.args],
      };
    },
  );
}

const NULLIF = entry(
  "nullif",
  {
    summary: "NULL where both values are equal, else the first.",
    pretty: (a) => `nullif(${a[0]}, ${a.at(-1)})`,
  },
  (args, call, context) =>
    args.length === 3
      ? `CASE WHEN ${args[1]} = ${args[2]} THEN NULL ELSE ${args[0]} END`
      : letIn(
          context,
          { sql: args[0]!, expression: call.args[0]! },
          (x) => `CASE WHEN ${x} = ${args[1]} THEN NULL ELSE ${x} END`,
        ),
  (args, context) => {
    if (args.length !== 2) throw wrongArity(context.calledAs, "2", args.length, context.span);
    const [left, right] = args as [BoundExpression, BoundExpression];
    const wide = operandType(left.type, right.type);
    if (!wide) {
      const types = args.map((a) => formatTypeSql(a.type)).join(" and ");
      throw mismatch("BINARY_OP_DIFF_TYPES", `nullif cannot compare ${types}`, context.span);
    }
    checkOrderable(wide, "nullif", context);
    // The comparison widens; the result is the first value as it was.
    const compared = [context.cast(left, wide), context.cast(right, wide)];
    const kept = sameType(left.type, wide) ? [] : [left];
    return { type: left.type, nullable: true, args: [...kept, ...compared] };
  },
);

function extreme(name: "greatest" | "least"): FunctionDef {
  // The engine orders a NULL inside a value last, Spark first.
  const pick = script(
    name,
    (values, call) => extremeOf(values, call.type, name === "greatest" ? 1 : -1),
    { onNull: true },
  );
  return entry(
    name,
    { summary: `The ${name} of several values; NULLs do not count.` },
    (args, call, context) =>
      mayHoldNulls(call.type) ? pick(args, call, context) : `${name}(${args.join(", ")})`,
    (args, context) => {
      if (args.length < 2) throw wrongArity(context.calledAs, "> 1", args.length, context.span);
      const type = args.reduce<DataType | null>(
        (wide, arg) => wide && widerWithoutText(wide, arg.type),
        VOID,
      );
      if (!type) {
        const types = args.map((a) => formatTypeSql(a.type)).join(", ");
        throw mismatch("DATA_DIFF_TYPES", `${name} needs one type, not ${types}`, context.span);
      }
      const cast = { type, args: args.map((arg) => context.cast(arg, type)) };
      checkOrderable(cast.type, name, context);
      return { ...cast, nullable: cast.args.every((a) => a.nullable) };
    },
  );
}

/** A test for NULL; what cannot be NULL is not evaluated, so it cannot fail either. */
export function nullTest(sql: string, call: CallExpression, engine: string): string {
  if (!call.args[0]!.nullable) return engine === "IS NULL" ? "false" : "true";
  return `(${sql} ${engine})`;
}

function nullPredicate(name: string, engine: string): FunctionDef {
  return define(name, [ANY], BOOLEAN, (a, call) => nullTest(a[0]!, call, engine), {
    nullable: false,
    pretty: (a) => `(${a[0]} ${engine})`,
    summary: `Whether a value ${engine === "IS NULL" ? "is" : "is not"} NULL.`,
  });
}

const NANVL = entry(
  "nanvl",
  { arity: [2, 2], summary: "The second number where the first is NaN." },
  (a) => `CASE WHEN isnan(${a[0]}) THEN ${a[1]} ELSE ${a[0]} END`,
  (args, context) => {
    const [x, y] = castArguments(args, [FLOATING, FLOATING], undefined, context);
    const narrow = x!.type.kind === "float" && ["float", "void"].includes(args[1]!.type.kind);
    const type = narrow ? FLOAT : DOUBLE;
    return { type, nullable: true, args: [context.cast(x!, type), context.cast(y!, type)] };
  },
);

const FLOATING: Accept = {
  describe: "a DOUBLE or FLOAT",
  takes: (t) => t.kind === "double" || t.kind === "float",
  target: (t) => (t.kind === "float" ? t : as(DOUBLE).target(t)),
};

const NULLIFZERO = entry(
  "nullifzero",
  { summary: "NULL where a number is zero." },
  (a) => `nullif(${a[0]}, 0)`,
  (args, context) => {
    if (args.length !== 1) throw wrongArity(context.calledAs, "1", args.length, context.span);
    const { type } = args[0]!;
    if (!["byte", "short", "int", "long", "double", "float", "decimal"].includes(type.kind)) {
      throw mismatch("DATA_DIFF_TYPES", "nullifzero needs a number", context.span);
    }
    return { type, nullable: true, args };
  },
);

const ZEROIFNULL = entry(
  "zeroifnull",
  { summary: "Zero where a number is NULL.", pretty: (a) => `zeroifnull(${a[0]})` },
  (a) => `coalesce(${a[0]}, ${a[1]})`,
  (args, context) => {
    if (args.length !== 1) throw wrongArity(context.calledAs, "1", args.length, context.span);
    const zero: BoundExpression = { kind: "literal", value: 0, type: INT, nullable: false };
    return { ...common([args[0]!, zero], context), nullable: false };
  },
);

export const CONDITIONAL: readonly FunctionDef[] = [
  COALESCE,
  NVL,
  choice("if", (a) => a, true),
  choice("nvl2", (a) => `${a} IS NOT NULL`, false),
  NULLIF,
  extreme("greatest"),
  extreme("least"),
  nullPredicate("isnull", "IS NULL"),
  nullPredicate("isnotnull", "IS NOT NULL"),
  define("isnan", [FLOATING], BOOLEAN, (a) => `coalesce(isnan(${a[0]}), false)`, {
    nullable: false,
    summary: "Whether a floating number is NaN.",
  }),
  NANVL,
  NULLIFZERO,
  ZEROIFNULL,
];
