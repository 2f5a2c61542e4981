/** A syntax tree as one line of text, so that a test can state shape and precedence at a glance. */
import type { Expression } from "../../../../src/lake/sql/ast.ts";

/** Fully parenthesised text of an expression. */
export function showTree(e: Expression): string {
  switch (e.kind) {
    case "literal":
      return showLiteral(e.value);
    case "column":
      return e.name.parts.map((part) => part.name).join(".");
    case "binary":
      return `(${showTree(e.left)} ${e.operator} ${showTree(e.right)})`;
    case "unary":
      return `(${e.operator} ${showTree(e.operand)})`;
    case "call": {
      const args = e.args.map((a) => (a.name ? `${a.name.name}=>` : "") + showTree(a.value));
      return `${e.name.parts.map((part) => part.name).join(".")}(${args.join(", ")})`;
    }
    case "between":
      return showPredicate(e.negated, "between", [e.operand, e.low, e.high]);
    case "in_list":
      return showPredicate(e.negated, "in", [e.operand, ...e.values]);
    case "in_query":
      return showPredicate(e.negated, "in query", [e.operand]);
    case "like":
      return showPredicate(e.negated, e.operator, [e.operand, e.pattern]);
    case "is":
      return showPredicate(e.negated, `is ${e.what}`, [e.operand]);
    case "is_distinct":
      return showPredicate(e.negated, "distinct", [e.left, e.right]);
    case "cast":
      return `cast(${showTree(e.operand)} ${e.type.kind})`;
    case "subscript":
      return `${showTree(e.operand)}[${showTree(e.index)}]`;
    case "field":
      return `${showTree(e.operand)}.${e.field.name}`;
    case "semi_structured":
      return `${showTree(e.operand)}:${e.path}`;
    case "lambda":
      return `(${e.parameters.map((p) => p.name).join(", ")}) -> ${showTree(e.body)}`;
    case "row":
      return `row(${e.items.map((item) => showTree(item.expression)).join(", ")})`;
    case "parameter":
      return `:${e.name}`;
    case "interval":
      return `interval(${e.parts
        .map((p) => [showTree(p.value), p.unit, p.toUnit].filter((x) => x !== undefined).join(" "))
        .join(", ")})`;
    case "case": {
      const head = e.operand ? [showTree(e.operand)] : [];
      const branches = e.branches.map((b) => `${showTree(b.when)}: ${showTree(b.then)}`);
      const tail = e.otherwise ? [showTree(e.otherwise)] : [];
      return `case(${[...head, ...branches, ...tail].join("; ")})`;
    }
    default:
      return e.kind;
  }
}

function showLiteral(value: Extract<Expression, { kind: "literal" }>["value"]): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(value.value);
    case "number":
      return value.text + value.suffix;
    case "string":
      return `'${value.value}'`;
    case "binary":
      return `X'${value.hex}'`;
    case "typed":
      return `${value.type}'${value.text}'`;
  }
}

function showPredicate(negated: boolean, name: string, operands: readonly Expression[]): string {
  return `${negated ? "not " : ""}${name}(${operands.map(showTree).join(", ")})`;
}
