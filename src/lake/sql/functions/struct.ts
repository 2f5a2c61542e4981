/** Structs (Spark 4.2 `complexTypeCreator.scala`): `named_struct`, `struct`. */
import { quoteIdentifier } from "../../engine/engine-type.ts";
import { type StructType, structField, structType } from "../../schema/data-type.ts";
import { notImplemented } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { entry, literalValue, wrongArity } from "./builder.ts";
import type { FunctionDef, Resolution, ResolveContext } from "./definition.ts";

function fieldNames(args: readonly BoundExpression[], context: ResolveContext): string[] {
  const names = args.filter((_, i) => i % 2 === 0).map((arg) => fieldName(arg, context));
  const known = new Set(names.map((name) => name.toLowerCase()));
  if (known.size < names.length) {
    throw notImplemented("a struct with two fields of one name", context.span);
  }
  return names;
}

function fieldName(arg: BoundExpression, context: ResolveContext): string {
  const value = literalValue(arg);
  if (arg.type.kind === "string" && typeof value === "string") return value;
  throw mismatch(
    arg.type.kind === "string"
      ? "NON_FOLDABLE_INPUT"
      : "CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING",
    "field names of `named_struct` are string literals",
    arg.span ?? context.span,
  );
}

function resolveStruct(args: readonly BoundExpression[], context: ResolveContext): Resolution {
  if (args.length % 2 === 1) {
    throw wrongArity(context.calledAs, "2n (n > 0)", args.length, context.span);
  }
  if (args.length === 0) throw notImplemented("a struct without fields", context.span);
  const names = fieldNames(args, context);
  const values = args.filter((_, i) => i % 2 === 1);
  const fields = values.map((value, i) => structField(names[i]!, value.type, value.nullable));
  return { type: structType(fields), nullable: false, args };
}

function emitStruct(args: readonly string[], call: CallExpression): string {
  const { fields } = call.type as StructType;
  const parts = fields.map((field, i) => `${quoteIdentifier(field.name)} := ${args[2 * i + 1]}`);
  return `struct_pack(${parts.join(", ")})`;
}

/** `struct(1, 2 AS b)`: a name stands where the field would be called otherwise without it. */
function prettyStruct(args: readonly string[], call: CallExpression): string {
  if (call.calledAs.toLowerCase() !== "struct") return `named_struct(${args.join(", ")})`;
  const shown = call.args.flatMap((value, i) => {
    if (i % 2 === 0) return [];
    const [name, text] = [args[i - 1]!, args[i]!];
    const own = ownName(value);
    // Lambda parameters print under a name of their own.
    const plain = own === name || own?.endsWith("()") || name === `col${(i + 1) / 2}`;
    return [plain ? text : `${text} AS ${name}`];
  });
  return `struct(${shown.join(", ")})`;
}

function ownName(value: BoundExpression): string | null {
  if (value.kind === "attribute") return value.attribute.name;
  if (value.kind === "field" && value.operand.type.kind === "struct") {
    return value.operand.type.fields[value.index]!.name;
  }
  return null;
}

export const STRUCT_FUNCTIONS: readonly FunctionDef[] = [
  entry(
    "named_struct",
    {
      summary: "A struct from names and values.",
      example: "named_struct('a', 1, 'b', 2)",
      pretty: prettyStruct,
    },
    emitStruct,
    resolveStruct,
  ),
  entry(
    "struct",
    {
      summary: "A struct of its arguments.",
      example: "struct(1, 2 AS b)",
      pretty: prettyStruct,
    },
    emitStruct,
    resolveStruct,
  ),
];
