/**
 * Types, session facts, checks and random values (Spark 4.2 `misc.scala`, `Cast` aliases,
 * `try_*`). Functions that touch files or processes (`input_file_name`, `java_method`) are absent.
 */
import {
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimalType,
  FLOAT,
  formatType,
  INT,
  LONG,
  SHORT,
  STRING,
  TIMESTAMP,
  VOID,
} from "../../schema/data-type.ts";
import { emitCast } from "../emit/cast.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { explicitCast } from "../types/coercion.ts";
import { as, exact, STR } from "./accept.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { define, entry, isSimple, wrongArity } from "./builder.ts";
import { decimalScript } from "./decimal.ts";
import type { EmitContext, FunctionDef } from "./definition.ts";

/** `double(x)`, `int(x)` … : casts under the name of the type. */
function castName(name: string, type: DataType): FunctionDef {
  return entry(
    name,
    { summary: `A value as ${formatType(type)}.`, pretty: (a) => a[0]! },
    (args, call, context) =>
      emitCast({ sql: args[0]!, expression: call.args[0]! }, call.type, "ansi", context),
    (args, context) => {
      if (args.length !== 1) throw wrongArity(context.calledAs, "1", args.length, context.span);
      const cast = explicitCast(args[0]!, type, { span: context.span });
      return { type, nullable: cast.nullable, args };
    },
  );
}

const CASTS: readonly FunctionDef[] = [
  castName("boolean", BOOLEAN),
  castName("tinyint", BYTE),
  castName("smallint", SHORT),
  castName("int", INT),
  castName("bigint", LONG),
  castName("float", FLOAT),
  castName("double", DOUBLE),
  castName("decimal", decimalType(10, 0)),
  castName("string", STRING),
  castName("binary", BINARY),
  castName("date", DATE),
  castName("timestamp", TIMESTAMP),
];

/** An operator under a function's name (`mod`, `negative`). */
function operatorAlias(name: string, operator: string, shown: string): FunctionDef {
  const base = ARITHMETIC.find((def) => def.name === operator)!;
  return {
    ...base,
    aliases: [name],
    kind: "scalar",
    summary: `The operator ${operator}.`,
    pretty: (a) => shownAs(shown, a),
  };
}

function shownAs(shown: string, args: readonly string[]): string {
  return shown.includes("$")
    ? shown.replace("$1", () => args[0]!).replace("$2", () => args[1] ?? "")
    : `${shown}(${args.join(", ")})`;
}

/** `try_add` and its like: NULL where the operator itself fails; its operands still raise. */
function tolerant(name: string, operator: string): FunctionDef {
  const base = ARITHMETIC.find((def) => def.name === operator)!;
  return {
    ...base,
    name,
    kind: "scalar",
    summary: `The operator ${operator}, NULL where it overflows or divides by zero.`,
    pretty: (a) => `${name}(${a.join(", ")})`,
    resolve: (args, context) => {
      const resolution = base.resolve(args, context);
      return { ...resolution, nullable: true, args: resolution.args.map(readTolerantly) };
    },
    emit: (args, call, context) => {
      const [a, b] = call.args as [BoundExpression, BoundExpression];
      if (a.type.kind === "decimal" && b.type.kind === "decimal") {
        const types = { left: a.type, right: b.type, result: call.type };
        return decimalScript(operator as "+", args, types, context, true);
      }
      return tryOperator(base, args, call, context);
    },
  };
}

/** Text that the operator itself reads as a number gives NULL too; other operands still raise. */
function readTolerantly(arg: BoundExpression): BoundExpression {
  if (arg.kind !== "cast" || !arg.implicit) return arg;
  if (arg.operand.type.kind === "string") return { ...arg, mode: "try", nullable: true };
  const operand = readTolerantly(arg.operand);
  return { ...arg, operand, nullable: arg.nullable || operand.nullable };
}

function tryOperator(
  base: FunctionDef,
  args: readonly string[],
  call: CallExpression,
  context: EmitContext,
): string {
  const [a, b] = call.args as [BoundExpression, BoundExpression];
  const zero = base.name === "/" || base.name === "%";
  const attempt = (x: string, y: string): string => {
    // NULL instead of zero: the engine then divides to NULL, and no error is left to try.
    if (zero)
      return call.data ? base.emit([x, y], call, context) : `(${x} ${base.name} nullif(${y}, 0))`;
    const inner = { ...call, fn: base };
    return `TRY(${base.emit([x, y], inner, context)})`;
  };
  if (isSimple(a) && isSimple(b)) return attempt(args[0]!, args[1]!);
  const name = context.freshName();
  const body = attempt(`${name}.x`, `${name}.y`);
  return `list_transform([struct_pack(x := ${args[0]}, y := ${args[1]})], lambda ${name}: ${body})[1]`;
}

const TYPEOF = entry(
  "typeof",
  { summary: "The type of a value, as SQL names it." },
  (_args, call) => `'${formatType(call.args[0]!.type).replaceAll("'", "''")}'`,
  (args, context) => {
    if (args.length !== 1) throw wrongArity(context.calledAs, "1", args.length, context.span);
    return { type: STRING, nullable: false, args };
  },
);

const RAISE_ERROR = define(
  "raise_error",
  [STR],
  VOID,
  (a) => `error('[USER_RAISED_EXCEPTION|P0001] ' || coalesce(${a[0]}, 'null'))`,
  {
    volatile: true,
    nullable: true,
    pretty: (a) => `raise_error(USER_RAISED_EXCEPTION, map(errorMessage, ${a[0]}))`,
    summary: "Fails with a message.",
  },
);

const ASSERT_TRUE = define(
  "assert_true",
  [exact(as(BOOLEAN)), STR],
  VOID,
  (a) =>
    `CASE WHEN ${a[0]} THEN NULL ELSE error('[USER_RAISED_EXCEPTION|P0001] ' || ` +
    `${a[1] ?? `'assertion failed'`}) END`,
  {
    optional: 1,
    volatile: true,
    nullable: true,
    pretty: (a) => `assert_true(${a[0]}, ${a[1] ?? `'${a[0]}' is not true!`})`,
    summary: "Fails where a condition does not hold.",
  },
);

function constant(name: string, value: string, aliases: string[] = []): FunctionDef {
  return define(name, [], STRING, () => `'${value}'`, {
    aliases,
    showsAlias: true,
    nullable: false,
    summary: `${name.replaceAll("_", " ")} of the session.`,
  });
}

export const MISC: readonly FunctionDef[] = [
  ...CASTS,
  operatorAlias("mod", "%", "mod"),
  operatorAlias("div", "div", "($1 div $2)"),
  operatorAlias("negative", "negative", "negative"),
  operatorAlias("positive", "positive", "(+ $1)"),
  tolerant("try_add", "+"),
  tolerant("try_subtract", "-"),
  tolerant("try_multiply", "*"),
  tolerant("try_divide", "/"),
  tolerant("try_mod", "%"),
  TYPEOF,
  RAISE_ERROR,
  ASSERT_TRUE,
  constant("version", "4.2.0"),
  constant("current_user", "sovereign", ["user", "session_user"]),
  define("uuid", [], STRING, () => "CAST(uuid() AS VARCHAR)", {
    volatile: true,
    nullable: false,
    summary: "A random UUID.",
  }),
  define("rand", [], DOUBLE, () => "random()", {
    aliases: ["random"],
    volatile: true,
    nullable: false,
    showsAlias: true,
    summary: "A random number from 0 to 1 (without a seed).",
  }),
];
