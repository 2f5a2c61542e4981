/**
 * Generators (Spark 4.2 `generators.scala`): functions that make rows. The type of a call is
 * `array<struct<…>>` of the rows it makes; `bind/generator.ts` and `emit/generate.ts` take it on.
 */
import { engineType, quoteIdentifier } from "../../engine/engine-type.ts";
import {
  arrayType,
  formatTypeSql,
  INT,
  type StructField,
  sameType,
  structField,
  structType,
} from "../../schema/data-type.ts";
import { notImplemented } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { wrongArity } from "./builder.ts";
import type { EmitContext, FunctionDef, Resolution, ResolveContext } from "./definition.ts";

/** Columns of one element of the collection a call explodes. */
function explodedColumns(collection: BoundExpression, context: ResolveContext): StructField[] {
  const { type } = collection;
  if (type.kind === "array") return [structField("col", type.element, type.containsNull)];
  if (type.kind === "map") {
    return [
      structField("key", type.key, false),
      structField("value", type.value, type.valueContainsNull),
    ];
  }
  throw mismatch(
    "UNEXPECTED_INPUT_TYPE",
    `\`${context.calledAs}\` takes an array or a map, not ${formatTypeSql(type)}`,
    context.span,
  );
}

function emitExploded(positioned: boolean): FunctionDef["emit"] {
  return ([collection], call, context) => {
    const parts = (row: string, isMap: boolean) => (isMap ? [`${row}.key`, `${row}.value`] : [row]);
    const isMap = call.args[0]!.type.kind === "map";
    const list = isMap ? `map_entries(${collection})` : collection!;
    const row = context.freshName();
    const index = context.freshName();
    const values = parts(row, isMap);
    if (positioned) values.unshift(`CAST(${index} - 1 AS INTEGER)`);
    const parameters = positioned ? `${row}, ${index}` : row;
    return `list_transform(${list}, lambda ${parameters}: ${packRow(values, call)})`;
  };
}

function packRow(values: readonly string[], call: CallExpression): string {
  const { type } = call;
  const fields = type.kind === "array" && type.element.kind === "struct" ? type.element.fields : [];
  return `struct_pack(${values
    .map((value, i) => `${quoteIdentifier(fields[i]!.name)} := ${value}`)
    .join(", ")})`;
}

function exploding(name: string, positioned: boolean): FunctionDef {
  return {
    name,
    kind: "generator",
    summary: positioned
      ? "A row for each element or entry, with its position from 0."
      : "A row for each element or entry.",
    example: `${name}(array(10, 20))`,
    resolve(args, context): Resolution {
      if (args.length !== 1) throw wrongArity(name, "1", args.length, context.span);
      const columns = explodedColumns(args[0]!, context);
      const row = positioned ? [structField("pos", INT, false), ...columns] : columns;
      return { type: arrayType(structType(row), false), nullable: args[0]!.nullable, args };
    },
    emit: emitExploded(positioned),
  };
}

function emitInline(args: readonly string[], call: CallExpression, context: EmitContext): string {
  const row = context.freshName();
  const { type } = call;
  const fields = type.kind === "array" && type.element.kind === "struct" ? type.element.fields : [];
  const source = call.args[0]!.type;
  const names =
    source.kind === "array" && source.element.kind === "struct" ? source.element.fields : [];
  const values = fields.map((_, i) => `${row}.${quoteIdentifier(names[i]!.name)}`);
  return `list_transform(${args[0]}, lambda ${row}: ${packRow(values, call)})`;
}

function inline(name: string): FunctionDef {
  return {
    name,
    kind: "generator",
    summary: "A row for each struct of an array, a column for each of its fields.",
    example: `${name}(array(struct(1, 'a'), struct(2, 'b')))`,
    resolve(args, context): Resolution {
      if (args.length !== 1) throw wrongArity(name, "1", args.length, context.span);
      const { type } = args[0]!;
      if (type.kind !== "array" || type.element.kind !== "struct") {
        throw mismatch(
          "UNEXPECTED_INPUT_TYPE",
          `\`${context.calledAs}\` takes an array of structs, not ${formatTypeSql(type)}`,
          context.span,
        );
      }
      const fields = type.containsNull
        ? type.element.fields.map((f) => ({ ...f, nullable: true }))
        : type.element.fields;
      return { type: arrayType(structType(fields), false), nullable: args[0]!.nullable, args };
    },
    emit: emitInline,
  };
}

/** Each row is written out in the engine's text. */
const MAX_STACK_ROWS = 10_000;

/** How many rows `stack` makes; the count must be written as a number here. */
function rowCount(count: BoundExpression, context: ResolveContext): number {
  if (count.type.kind !== "int") {
    throw mismatch(
      "UNEXPECTED_INPUT_TYPE",
      "the first argument of `stack` is an INT",
      context.span,
    );
  }
  if (count.kind !== "literal") {
    throw notImplemented("a computed number of rows in stack", context.span);
  }
  const rows = Number(count.value);
  if (rows > MAX_STACK_ROWS) {
    throw notImplemented(`a stack of more than ${MAX_STACK_ROWS} rows`, context.span);
  }
  if (rows > 0) return rows;
  throw mismatch("VALUE_OUT_OF_RANGE", "`stack` makes at least one row", context.span);
}

/** Column `column` of `stack`: its values have one type. */
function stackedColumn(
  values: readonly BoundExpression[],
  column: number,
  context: ResolveContext,
): StructField {
  const typed = values.filter((value) => value.type.kind !== "void");
  const type = (typed[0] ?? values[0]!).type;
  const odd = typed.find((value) => !sameType(value.type, type));
  if (odd) {
    throw mismatch(
      "STACK_COLUMN_DIFF_TYPES",
      `column ${column} of \`stack\` holds ${formatTypeSql(type)} and ${formatTypeSql(odd.type)}`,
      context.span,
    );
  }
  return structField(`col${column}`, type, true);
}

const STACK: FunctionDef = {
  name: "stack",
  kind: "generator",
  summary: "Values spread over a number of rows.",
  example: "stack(2, 1, 2, 3)",
  resolve(args, context): Resolution {
    if (args.length < 2) throw wrongArity("stack", "> 1", args.length, context.span);
    const [count, ...values] = args as [BoundExpression, ...BoundExpression[]];
    const rows = rowCount(count, context);
    const width = Math.ceil(values.length / rows);
    const columns = Array.from({ length: width }, (_, c) =>
      stackedColumn(
        values.filter((_, i) => i % width === c),
        c,
        context,
      ),
    );
    const type = arrayType(structType(columns), false);
    return { type, nullable: false, args: [...args], data: rows };
  },
  emit(args, call) {
    const { type } = call;
    const width =
      type.kind === "array" && type.element.kind === "struct" ? type.element.fields.length : 0;
    const values = args.slice(1);
    const rows = Array.from({ length: call.data as number }, (_, r) =>
      packRow(
        Array.from({ length: width }, (_, c) => values[r * width + c] ?? "NULL"),
        call,
      ),
    );
    return `CAST([${rows.join(", ")}] AS ${engineType(type)})`;
  },
};

export const GENERATORS: readonly FunctionDef[] = [
  exploding("explode", false),
  exploding("explode_outer", false),
  exploding("posexplode", true),
  exploding("posexplode_outer", true),
  inline("inline"),
  inline("inline_outer"),
  STACK,
];
