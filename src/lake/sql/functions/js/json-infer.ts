/**
 * The type of a JSON text (Spark 4.2 `JsonInferSchema`): whole numbers are BIGINT or, beyond, a
 * DECIMAL; fractions DOUBLE; what has no common type is STRING. Fields are in order of their names.
 */
import {
  arrayType,
  type DataType,
  DOUBLE,
  decimalType,
  LONG,
  STRING,
  type StructField,
  structField,
  structType,
  VOID,
} from "../../../schema/data-type.ts";
import { notImplemented } from "../../error.ts";
import type { JsonNode } from "./json-read.ts";

/** The type of a value, NULL and empty arrays as Spark completes them. */
export function inferJsonType(node: JsonNode): DataType {
  const inferred = infer(node);
  return complete(inferred) ?? (inferred.kind === "struct" ? structType([]) : STRING);
}

function infer(node: JsonNode): DataType {
  switch (node.kind) {
    case "null":
      return VOID;
    case "boolean":
      return { kind: "boolean" };
    case "string":
      return STRING;
    case "int":
      return inferWhole(BigInt(node.text));
    case "float":
    case "special":
      return DOUBLE;
    case "array":
      return arrayType(node.items.map(infer).reduce(merge, VOID));
    case "object": {
      const fields = node.entries.map(([name, value]) => structField(name, infer(value)));
      const sorted = fields.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
      if (sorted.some((field, i) => field.name === sorted[i + 1]?.name)) {
        throw notImplemented("the schema of JSON with one name twice");
      }
      return structType(sorted);
    }
  }
}

function inferWhole(value: bigint): DataType {
  if (BigInt.asIntN(64, value) === value) return LONG;
  const digits = value.toString().replace("-", "").length;
  return digits <= 38 ? decimalType(digits, 0) : DOUBLE;
}

const isNumber = (t: DataType): boolean => ["long", "double", "decimal"].includes(t.kind);

function merge(a: DataType, b: DataType): DataType {
  if (a.kind === "void") return b;
  if (b.kind === "void") return a;
  if (a.kind === "struct" && b.kind === "struct")
    return structType(mergeFields(a.fields, b.fields));
  if (a.kind === "array" && b.kind === "array") return arrayType(merge(a.element, b.element));
  if (isNumber(a) && isNumber(b)) return mergeNumbers(a, b);
  return a.kind === b.kind ? a : STRING;
}

function mergeNumbers(a: DataType, b: DataType): DataType {
  if (a.kind === "double" || b.kind === "double") return DOUBLE;
  if (a.kind === "long" && b.kind === "long") return LONG;
  // BIGINT counts as DECIMAL(20,0).
  const digits = [a, b].map((t) => (t.kind === "decimal" ? t.precision : 20));
  return decimalType(Math.max(...digits), 0);
}

function mergeFields(a: readonly StructField[], b: readonly StructField[]): StructField[] {
  const names = [...new Set([...a, ...b].map((f) => f.name))].sort();
  return names.map((name) => {
    const types = [a, b].flatMap((fields) => fields.filter((f) => f.name === name));
    return structField(name, types.map((f) => f.type).reduce(merge, VOID));
  });
}

/** Unknown types become STRING; structs without fields go. */
function complete(type: DataType): DataType | null {
  switch (type.kind) {
    case "void":
      return STRING;
    case "array": {
      const element = complete(type.element);
      return element && arrayType(element);
    }
    case "struct": {
      const fields = type.fields.flatMap((field) => {
        const completed = field.name === "" ? null : complete(field.type);
        return completed ? [structField(field.name, completed)] : [];
      });
      return fields.length > 0 ? structType(fields) : null;
    }
    default:
      return type;
  }
}
