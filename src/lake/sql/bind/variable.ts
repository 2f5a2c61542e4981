/**
 * Session variables in expressions (Spark 4.2 `VariableReference`): `x`, `session.x` or
 * `system.session.x`, where no column has the name. They travel among the statement's parameters
 * under keys no parameter can have. A reference is no literal: coercion sees its type only.
 */
import { type DataType, formatTypeSql } from "../../schema/data-type.ts";
import { formatValue } from "../../schema/format-value.ts";
import { MapValue, StructValue, type Value } from "../../schema/value.ts";
import type { Identifier, Span } from "../ast.ts";
import { emitLiteral } from "../emit/literal.ts";
import type { FunctionDef } from "../functions/definition.ts";
import type { BoundExpression, CallExpression, LiteralExpression } from "../plan/expression.ts";
import type { QueryEnv } from "./environment.ts";
import { sameName } from "./scope.ts";

/** The key of the variable that a dotted name can mean as a whole, or null. */
export function variableKey(parts: readonly Identifier[]): string | null {
  const rest = withoutNamespace(parts);
  return rest.length === 1 ? `@${rest[0]!.name.toLowerCase()}` : null;
}

function withoutNamespace(parts: readonly Identifier[]): readonly Identifier[] {
  const names = parts.map((part) => part.name);
  const starts = (...prefix: string[]) =>
    names.length > prefix.length && prefix.every((name, i) => sameName(names[i]!, name));
  if (starts("system", "session")) return parts.slice(2);
  return starts("session") ? parts.slice(1) : parts;
}

interface VariableData {
  readonly name: string;
  readonly literal: LiteralExpression;
}

const REFERENCE: FunctionDef = {
  name: "variablereference",
  kind: "scalar",
  summary: "Value of a session variable.",
  resolve() {
    throw new Error("a variable is bound by name");
  },
  emit: (_args, call) => {
    const { literal } = call.data as VariableData;
    return emitLiteral(literal.value, literal.type);
  },
  pretty: (_args, call) => {
    const { name, literal } = call.data as VariableData;
    return `variablereference(system.session.${name}=${literalSql(literal.value, literal.type)})`;
  },
};

/** The variable a name means and the fields behind it; null where there is none. */
export function bindVariable(
  parts: readonly Identifier[],
  span: Span,
  query: QueryEnv,
): { reference: CallExpression; path: readonly Identifier[] } | null {
  // A permanent view has no session.
  if (!query.temporaryViews) return null;
  const [first, ...path] = withoutNamespace(parts);
  const name = first!.name.toLowerCase();
  const literal = query.context.parameters.get(`@${name}`);
  if (!literal) return null;
  const data: VariableData = { name, literal };
  const { type } = literal;
  const reference: CallExpression = {
    ...{ kind: "call", fn: REFERENCE, args: [], calledAs: REFERENCE.name },
    ...{ type, nullable: true, data, span },
  };
  return { reference, path };
}

/** Whether the expression is a session variable. */
export function isVariableReference(expression: BoundExpression): boolean {
  return variableValue(expression) !== null;
}

/** What a session variable holds; null for other expressions. */
export function variableValue(expression: BoundExpression): LiteralExpression | null {
  if (expression.kind !== "call" || expression.fn !== REFERENCE) return null;
  return (expression.data as VariableData).literal;
}

const SUFFIX: Readonly<Record<string, string>> = { byte: "Y", short: "S", int: "", long: "L" };

/** A value as SQL text, as Spark's `Literal.sql` writes it. */
function literalSql(value: Value, type: DataType): string {
  if (type.kind === "void") return "NULL";
  if (value === null) return `CAST(NULL AS ${formatTypeSql(type)})`;
  const text = () => formatValue(value, type)!;
  switch (type.kind) {
    case "byte":
    case "short":
    case "int":
    case "long":
      return `${value}${SUFFIX[type.kind]}`;
    case "float":
      return `CAST('${text()}' AS FLOAT)`;
    case "double":
      return Number.isFinite(value) ? `${text()}D` : `CAST('${text()}' AS DOUBLE)`;
    case "decimal":
      return `${text()}BD`;
    case "string":
      return `'${(value as string).replace(/[\\']/g, "\\$&")}'`;
    case "binary":
      return `X'${Buffer.from(value as Uint8Array)
        .toString("hex")
        .toUpperCase()}'`;
    case "date":
      return `DATE '${text()}'`;
    case "timestamp":
      return `TIMESTAMP '${text()}'`;
    case "timestamp_ntz":
      return `TIMESTAMP_NTZ '${text()}'`;
    case "array": {
      const items = (value as readonly Value[]).map((item) => literalSql(item, type.element));
      return `ARRAY(${items.join(", ")})`;
    }
    case "map": {
      const entries = value instanceof MapValue ? value.entries : [];
      const items = entries.flatMap(([k, v]) => [
        literalSql(k, type.key),
        literalSql(v, type.value),
      ]);
      return `MAP(${items.join(", ")})`;
    }
    case "struct": {
      const values = value instanceof StructValue ? value.values : [];
      const items = type.fields.map((f, i) => `'${f.name}', ${literalSql(values[i]!, f.type)}`);
      return `NAMED_STRUCT(${items.join(", ")})`;
    }
    default:
      return text();
  }
}
