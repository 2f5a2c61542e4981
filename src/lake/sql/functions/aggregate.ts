/**
 * Aggregates (Spark 4.2 `aggregate/*.scala`, ANSI): result types, NULL rules and overflow are
 * Spark's. Statistics over pairs and percentiles gather the values and compute in TypeScript
 * (`aggregate-statistics.ts`).
 */
import { engineType } from "../../engine/engine-type.ts";
import { arrayType, BOOLEAN, type DataType, INT, LONG, STRING } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { sortText } from "../emit/pretty-name.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { CallExpression } from "../plan/expression.ts";
import { typedLiteral } from "../types/literal.ts";
import { type Accept, ANY, as, exact, INTEGRAL, ORDERABLE, STR } from "./accept.ts";
import { type AggregateParts, aggregate, defineAggregate } from "./aggregate-call.ts";
import { SUMS } from "./aggregate-sum.ts";
import { callScript, literalValue } from "./builder.ts";
import { checkOrderable, mayHoldNulls } from "./comparison.ts";
import type { EmitContext, FunctionDef } from "./definition.ts";
import { distinct } from "./js/array.ts";

type Emit = (args: readonly string[], call: CallExpression, context: EmitContext) => string;

/** An engine aggregate of the same meaning, cast to the result type. */
function same(engine: string, parts: AggregateParts = {}): Emit {
  return (args, call, context) => aggregate(engine, args, { call, context }, parts);
}

function cast(inner: Emit): Emit {
  return (args, call, context) => `CAST(${inner(args, call, context)} AS ${engineType(call.type)})`;
}

const COUNT = defineAggregate(
  "count",
  [ANY],
  LONG,
  (args, call, context) => {
    if (args.length === 1) return aggregate("count", args, { call, context });
    const filled = args.map((a) => `${a} IS NOT NULL`).join(" AND ");
    const row = `row(${args.join(", ")})`;
    return aggregate("count", [`CASE WHEN ${filled} THEN ${row} END`], { call, context });
  },
  { rest: ANY, nullable: false, summary: "How many rows have no NULL in the arguments." },
);

function extreme(name: "min" | "max"): FunctionDef {
  return defineAggregate(name, [ORDERABLE], (args) => args[0]!.type, same(name), {
    summary: `The ${name === "min" ? "least" : "greatest"} value.`,
    check: (args, context) => {
      checkOrderable(args[0]!.type, name, context);
      if (mayHoldNulls(args[0]!.type)) {
        throw notImplemented(`${name} of values with NULLs inside`, context.span);
      }
    },
  });
}

/** The first or last value in input order; IGNORE NULLS or a second argument `true` skips NULLs. */
function positional(name: "first" | "last", aliases: string[]): FunctionDef {
  return defineAggregate(
    name,
    [ANY, as(BOOLEAN)],
    (args) => args[0]!.type,
    (args, call, context) => {
      const skip = call.ignoreNulls || (call.args[1] && literalValue(call.args[1]) === true);
      if (call.window) {
        return aggregate(`${name}_value`, [args[0]!], { call, context }, { ignoreNulls: !!skip });
      }
      const where = skip ? { where: `${args[0]} IS NOT NULL` } : {};
      return aggregate(name, [args[0]!], { call, context }, where);
    },
    {
      optional: 1,
      aliases,
      allowsIgnoreNulls: true,
      summary: `The ${name} value of a group.`,
      pretty: (a, call) => `${call.ignoreNulls ? name : call.calledAs.toLowerCase()}(${a[0]})`,
      check: (args, context) => {
        if (!args[1] || typeof literalValue(args[1]) === "boolean") return;
        throw new SqlError(`the second argument of ${name} must be a constant BOOLEAN`, {
          errorClass: "_LEGACY_ERROR_TEMP_1210",
          sqlState: "42K0E",
          span: context.span,
          hint: "write true or false, or IGNORE NULLS",
        });
      },
    },
  );
}

const ANY_VALUE: FunctionDef = {
  ...positional("first", []),
  name: "any_value",
  pretty: (a) => `any_value(${a[0]})`,
};

/** The different elements in the order they first came, where the engine's would be by chance. */
function distinctItems(list: string, type: DataType, context: EmitContext): string {
  return callScript(context, [list], {
    name: "distinct items",
    parameters: [type],
    returnType: type,
    call: ([items]) => distinct(items as readonly Value[]),
  });
}

function collect(name: "collect_list" | "collect_set", aliases: string[]): FunctionDef {
  return defineAggregate(
    name,
    [ANY],
    (args) => arrayType(args[0]!.type, false),
    (args, call, context) => {
      const gathered = name === "collect_set" || call.distinct;
      const plain = { call: { ...call, distinct: false }, context };
      const list = aggregate("list", args, plain, { where: `${args[0]} IS NOT NULL` });
      const made = gathered ? distinctItems(list, call.type, context) : list;
      return `coalesce(${made}, []::${engineType(call.type)})`;
    },
    {
      aliases,
      nullable: false,
      summary: name === "collect_set" ? "The different values." : "All values in input order.",
      check: (args, context) => {
        if (name === "collect_set") checkOrderable(args[0]!.type, name, context);
      },
    },
  );
}

function boolean(name: string, engine: string, aliases: string[]): FunctionDef {
  return defineAggregate(name, [as(BOOLEAN)], BOOLEAN, same(engine), {
    aliases,
    showsAlias: true,
    summary: `Whether ${name === "bool_and" ? "all" : "any"} values are true.`,
  });
}

/** A whole number; only NULL converts. */
const BITS_OPERAND: Accept = {
  ...exact(INTEGRAL),
  target: (t) => (t.kind === "void" ? INT : INTEGRAL.takes(t) ? t : null),
};

function bits(name: string): FunctionDef {
  return defineAggregate(name, [BITS_OPERAND], (args) => args[0]!.type, cast(same(name)), {
    summary: `All values combined by ${name.slice(4)}.`,
  });
}

/** The value where another one is greatest or least. */
function by(name: "max_by" | "min_by"): FunctionDef {
  const engine = name === "max_by" ? "arg_max_null" : "arg_min_null";
  return defineAggregate(name, [ANY, ORDERABLE, as(INT)], (args) => args[0]!.type, same(engine), {
    optional: 1,
    summary: `The first argument where the second is ${name === "max_by" ? "greatest" : "least"}.`,
    check: (args, context) => {
      if (args.length > 2) throw notImplemented(`${name} with a count`, context.span);
      checkOrderable(args[1]!.type, name, context);
      if (mayHoldNulls(args[1]!.type))
        throw notImplemented(`${name} by nested values`, context.span);
    },
  });
}

/** Bytes would be joined as bytes. */
const TEXT_ONLY: Accept = { ...STR, target: (t) => (t.kind === "binary" ? null : STR.target(t)) };

const LISTAGG = defineAggregate(
  "listagg",
  [TEXT_ONLY, STR],
  STRING,
  (args, call, context) => {
    const separator = literalValue(call.args[1]!) === null ? "''" : args[1]!;
    if (call.distinct && !call.orderBy) {
      const plain = { call: { ...call, distinct: false }, context };
      const list = aggregate("list", [args[0]!], plain, { where: `${args[0]} IS NOT NULL` });
      const items = distinctItems(list, arrayType(STRING, false), context);
      return `array_to_string(${items}, ${separator})`;
    }
    return aggregate("string_agg", [args[0]!, separator], { call, context }, { ordered: true });
  },
  {
    optional: 1,
    aliases: ["string_agg"],
    defaults: (args) => (args.length === 1 ? [typedLiteral(null, STRING)] : []),
    pretty: (a, call) => {
      if (!call.orderBy) return `${call.calledAs.toLowerCase()}(${a.join(", ")})`;
      return `listagg(${a.join(", ")}) WITHIN GROUP (ORDER BY ${call.orderBy.map(sortText).join(", ")})`;
    },
    summary: "Strings joined, in the order of WITHIN GROUP.",
    check: (args, context) => {
      if (literalValue(args[1]!) === undefined) {
        throw notImplemented("a computed separator in listagg", context.span);
      }
    },
  },
);

export const AGGREGATES: readonly FunctionDef[] = [
  COUNT,
  ...SUMS,
  extreme("min"),
  extreme("max"),
  positional("first", ["first_value"]),
  positional("last", ["last_value"]),
  ANY_VALUE,
  collect("collect_list", ["array_agg"]),
  collect("collect_set", []),
  boolean("bool_and", "bool_and", ["every"]),
  boolean("bool_or", "bool_or", ["some", "any"]),
  defineAggregate(
    "count_if",
    [as(BOOLEAN)],
    LONG,
    (a, call, context) =>
      aggregate("count", [`CASE WHEN ${a[0]} THEN ${call.distinct ? a[0] : 1} END`], {
        call,
        context,
      }),
    { nullable: false, summary: "How many rows meet a condition." },
  ),
  bits("bit_and"),
  bits("bit_or"),
  bits("bit_xor"),
  by("max_by"),
  by("min_by"),
  LISTAGG,
];
