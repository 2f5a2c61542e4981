/**
 * The predicate of an overwrite as Spark's history shows it: a data source filter's SQL, such as
 * `((id IN (2L, 4L)) AND (NOT (p = 'b')))` (Delta 4.4 `DeltaSourceUtils.translateFilters`). Of what
 * is more than columns beside constants Spark has no filter; there the statement's own text stays.
 */
import { formatValue } from "../../schema/format-value.ts";
import type { BoundExpression, LiteralExpression } from "../../sql/plan/expression.ts";

const FLIPPED: Readonly<Record<string, string>> = {
  "=": "=",
  "<=>": "<=>",
  "<": ">",
  ">": "<",
  "<=": ">=",
  ">=": "<=",
};

/** SQL of a filter; null for a condition that is none. */
export function filterText(condition: BoundExpression): string | null {
  if (condition.kind !== "call") return null;
  const { fn, args } = condition;
  switch (fn.name) {
    case "and":
    case "or":
    case "not":
      return connected(fn.name.toUpperCase(), args.map(filterText));
    case "is null":
    case "is not null":
      return around(columnText(args[0]!), (column) => `(${column} ${fn.name.toUpperCase()})`);
    case "in": {
      const values = args.slice(1).map(constantText);
      if (values.includes(null)) return null;
      return around(columnText(args[0]!), (column) => `(${column} IN (${values.join(", ")}))`);
    }
    default:
      return compared(fn.name, args);
  }
}

function connected(operator: string, parts: readonly (string | null)[]): string | null {
  if (parts.includes(null)) return null;
  return operator === "NOT" ? `(NOT ${parts[0]})` : `(${parts.join(` ${operator} `)})`;
}

function compared(operator: string, args: readonly BoundExpression[]): string | null {
  const flipped = FLIPPED[operator];
  if (flipped === undefined) return null;
  const [left, right] = args as [BoundExpression, BoundExpression];
  const column = columnText(left);
  if (column !== null) return around(constantText(right), (v) => `(${column} ${operator} ${v})`);
  const value = constantText(left);
  return value && around(columnText(right), (name) => `(${name} ${flipped} ${value})`);
}

function around(part: string | null, text: (part: string) => string): string | null {
  return part === null ? null : text(part);
}

function columnText(expression: BoundExpression): string | null {
  if (expression.kind !== "attribute") return null;
  const { name } = expression.attribute;
  return /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

const WHOLE: Readonly<Record<string, string>> = { byte: "Y", short: "S", int: "", long: "L" };

/** A constant of its column's type, or one whose cast to it is plain to see. */
function constantText(expression: BoundExpression): string | null {
  if (expression.kind === "literal") return literalText(expression);
  if (expression.kind !== "cast" || expression.operand.kind !== "literal") return null;
  const { operand, type } = expression;
  const text = formatValue(operand.value, operand.type) ?? "";
  if (type.kind === "date") return /^\d{4}-\d\d-\d\d$/.test(text) ? `DATE '${text}'` : null;
  const isWhole = operand.type.kind in WHOLE && type.kind in WHOLE && text !== "";
  return isWhole ? `${text}${WHOLE[type.kind]}` : null;
}

function literalText({ value, type }: LiteralExpression): string | null {
  if (value === null) return null;
  const text = formatValue(value, type)!;
  if (type.kind in WHOLE) return `${text}${WHOLE[type.kind]}`;
  switch (type.kind) {
    case "string":
      return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
    case "date":
      return `DATE '${text}'`;
    case "boolean":
      return text;
    default:
      return null;
  }
}
