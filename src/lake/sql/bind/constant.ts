/**
 * The few expressions that must be known before anything is bound: IDENTIFIER(…) names and
 * time-travel versions. Only literals, parameters and concatenation are read; anything else is
 * refused.
 */
import type { Expression, Identifier, MultipartName, TimeTravel } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { LiteralExpression } from "../plan/expression.ts";
import type { FixedTimeTravel } from "./context.ts";
import { variableKey } from "./variable.ts";

type Parameters = ReadonlyMap<string, LiteralExpression>;

/** Value of a constant string expression; null stands for SQL NULL. */
export function constantString(expression: Expression, parameters: Parameters): string | null {
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      if (value.kind === "string") return value.value;
      if (value.kind === "null") return null;
      break;
    }
    case "parameter": {
      const bound = parameters.get(expression.name);
      if (!bound) throw unboundParameter(expression.name, expression);
      if (bound.value === null) return null;
      if (typeof bound.value === "string") return bound.value;
      break;
    }
    case "column": {
      const variable = parameters.get(variableKey(expression.name.parts) ?? "");
      if (variable?.value === null) return null;
      if (typeof variable?.value === "string") return variable.value;
      break;
    }
    case "binary":
      if (expression.operator === "||") {
        return concatenate([expression.left, expression.right], parameters);
      }
      break;
    case "call": {
      const name = expression.name.parts.map((p) => p.name.toLowerCase()).join(".");
      if (name === "concat") {
        const values = expression.args.map((arg) => arg.value);
        return concatenate(values, parameters);
      }
      break;
    }
  }
  throw notImplemented("this expression inside IDENTIFIER", expression.span);
}

function concatenate(parts: readonly Expression[], parameters: Parameters): string | null {
  const texts = parts.map((part) => constantString(part, parameters));
  return texts.includes(null) ? null : texts.join("");
}

/** The error of a `:name` nobody gave a value for. */
export function unboundParameter(name: string, at: { span: { start: number; end: number } }) {
  return new SqlError(`found the unbound parameter: ${name}`, {
    errorClass: "UNBOUND_SQL_PARAMETER",
    sqlState: "42P02",
    span: at.span,
    hint: `give it a value with --param ${name}=…`,
  });
}

/** The dotted name an IDENTIFIER(…) expression spells. */
export function constantName(expression: Expression, parameters: Parameters): MultipartName {
  const text = constantString(expression, parameters);
  const { span } = expression;
  if (text === null) {
    throw new SqlError("IDENTIFIER needs a string, not NULL", {
      errorClass: "NOT_A_CONSTANT_STRING.NULL",
      sqlState: "42601",
      span,
    });
  }
  const parts = splitName(text);
  if (!parts) {
    throw new SqlError(`\`${text}\` is not a name`, {
      errorClass: "PARSE_SYNTAX_ERROR",
      sqlState: "42601",
      span,
    });
  }
  return { parts: parts.map((part) => ({ ...part, span })), span };
}

const PART = /\s*(?:`((?:[^`]|``)+)`|([A-Za-z0-9_]+))\s*(\.|$)/y;

function splitName(text: string): Omit<Identifier, "span">[] | null {
  const parts: Omit<Identifier, "span">[] = [];
  PART.lastIndex = 0;
  for (;;) {
    const match = PART.exec(text);
    if (!match) return null;
    const quoted = match[1] !== undefined;
    const name = quoted ? match[1]!.replaceAll("``", "`") : match[2]!;
    if (!quoted && !/[A-Za-z_]/.test(name)) return null;
    parts.push({ name, quoted });
    if (match[3] === "") return parts;
  }
}

/** A time-travel clause with its value read; refuses values that need evaluating. */
export function fixTimeTravel(travel: TimeTravel, parameters: Parameters): FixedTimeTravel {
  const { value, span } = travel;
  const raw = constantText(value, parameters);
  if (raw === null) {
    throw notImplemented(
      "a computed value in time travel",
      span,
      "write a literal version or timestamp",
    );
  }
  if (travel.kind === "timestamp") return { kind: "timestamp", text: raw, span };
  if (!/^\d+$/.test(raw)) {
    throw new SqlError(`\`${raw}\` is not a table version`, {
      errorClass: "INVALID_TIME_TRAVEL_SPEC",
      sqlState: "42K0E",
      span,
    });
  }
  return { kind: "version", version: Number(raw), span };
}

function constantText(value: Expression, parameters: Parameters): string | null {
  if (value.kind === "parameter") {
    const bound = parameters.get(value.name);
    if (!bound) throw unboundParameter(value.name, value);
    const { value: cell } = bound;
    return typeof cell === "string" || typeof cell === "number" || typeof cell === "bigint"
      ? String(cell)
      : null;
  }
  if (value.kind === "cast") return constantText(value.operand, parameters);
  if (value.kind !== "literal") return null;
  const literal = value.value;
  if (literal.kind === "string") return literal.value;
  if (literal.kind === "number") return literal.text;
  return literal.kind === "typed" ? literal.text : null;
}
