/**
 * The rules of a table laid over rows about to be written: NOT NULL, CHECK constraints, invariants
 * of the columns, generated columns given by hand, CHAR and VARCHAR lengths. The result is a plan
 * with the same columns that fails on the first row that breaks one.
 */
import { SovereignError } from "../../../core/errors.ts";
import type { Snapshot } from "../../delta/index.ts";
import type { StructField, StructType } from "../../schema/data-type.ts";
import { BOOLEAN } from "../../schema/data-type.ts";
import type { Expression } from "../../sql/ast.ts";
import { refer } from "../../sql/bind/column.ts";
import { notImplemented } from "../../sql/error.ts";
import { parseExpression } from "../../sql/parse/index.ts";
import type { Attribute, BoundExpression, NamedExpression } from "../../sql/plan/expression.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { walkExpression } from "../../sql/plan/transform.ts";
import { implicitCast } from "../../sql/types/coercion.ts";
import { expressionBinder } from "../bind-port.ts";
import type { StatementContext } from "../statement.ts";
import { checkConstraint, checkLength, checkNotNull } from "./check-functions.ts";

const CONSTRAINT_PREFIX = "delta.constraints.";
const GENERATION = "delta.generationExpression";
const CHAR_VARCHAR = "__CHAR_VARCHAR_TYPE_STRING";

export interface EnforcedTable {
  schema: StructType;
  configuration: Readonly<Record<string, string>>;
}

/** Table rules as a snapshot holds them. */
export function rulesOf(snapshot: Snapshot): EnforcedTable {
  return { schema: snapshot.schema, configuration: snapshot.metadata.configuration };
}

interface Rule {
  name: string;
  text: string;
  condition: Expression;
}

/**
 * `plan` with the table's rules in force; its output stands in the order of the schema.
 * `given`: generated columns whose values came from the statement and must be checked.
 */
export async function enforceRules(
  ctx: StatementContext,
  plan: Plan,
  table: EnforcedTable,
  given: ReadonlySet<string> = new Set(),
): Promise<Plan> {
  const { schema } = table;
  const attributes = outputOf(plan).filter((attribute) => !attribute.hidden);
  const values = schema.fields.map((field, i) => withLength(refer(attributes[i]!), field));
  // A void column is in no file; every other one is written, so its expression is evaluated.
  const carrier = schema.fields.findIndex((field) => field.type.kind !== "void");
  const rules = [...constraintRules(table.configuration), ...columnConditions(schema, given)];
  if (rules.length > 0) {
    const bind = await expressionBinder(ctx, null);
    for (const rule of rules.reverse()) {
      const condition = implicitCast(bind(rule.condition, attributes), BOOLEAN);
      values[carrier] = checkConstraint(values[carrier]!, condition, referenced(condition), rule);
    }
  }
  const places = schema.fields.flatMap((field, i) => placesOf(field, refer(attributes[i]!), []));
  for (const { field, value, path } of places.reverse()) {
    if (field.nullable) continue;
    values[carrier] = checkNotNull(values[carrier]!, value, path.join("."));
  }
  const tracking = outputOf(plan).filter((attribute) => attribute.hidden);
  const columns = [...attributes.slice(0, values.length), ...tracking];
  const expressions: NamedExpression[] = columns.map((attribute, i) => ({
    expression: values[i] ?? refer(attribute),
    output: { ...attribute, id: ctx.allocate() },
  }));
  return { kind: "project", input: plan, expressions };
}

interface FieldPlace {
  field: StructField;
  value: BoundExpression;
  path: readonly string[];
}

/**
 * A column and the fields of the structs in it, each with the way to its value. A field of a NULL
 * struct is NULL, so NOT NULL inside asks for the struct too; what lies in arrays and maps is not
 * checked. Both as in Delta.
 */
function placesOf(
  field: StructField,
  value: BoundExpression,
  parents: readonly string[],
): FieldPlace[] {
  const path = [...parents, field.name];
  const inner = field.type.kind === "struct" ? field.type.fields : [];
  const below = inner.flatMap((child, index) => {
    const access = { kind: "field", operand: value, index, type: child.type, nullable: true };
    return placesOf(child, access as BoundExpression, path);
  });
  return [{ field, value, path }, ...below];
}

function withLength(value: BoundExpression, field: StructField): BoundExpression {
  const declared = field.metadata[CHAR_VARCHAR];
  if (typeof declared !== "string") return value;
  const match = /^(char|varchar)\((\d+)\)$/i.exec(declared);
  if (!match || field.type.kind !== "string") {
    throw notImplemented(`writing a column declared \`${declared}\``);
  }
  return checkLength(value, Number(match[2]), match[1]!.toLowerCase() === "char");
}

/** CHECK constraints by name, in order of name as Delta evaluates them. */
export function constraintRules(configuration: Readonly<Record<string, string>>): Rule[] {
  return Object.entries(configuration)
    .filter(([key]) => key.toLowerCase().startsWith(CONSTRAINT_PREFIX))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => ({
      name: key.slice(CONSTRAINT_PREFIX.length),
      text,
      condition: parseExpression(text),
    }));
}

function columnConditions(schema: StructType, given: ReadonlySet<string>): Rule[] {
  const rules: Rule[] = [];
  for (const field of schema.fields) {
    rules.push(...invariantRules(field, []));
    const generation = field.metadata[GENERATION];
    if (typeof generation === "string" && given.has(field.name.toLowerCase())) {
      const text = `\`${field.name.replaceAll("`", "``")}\` <=> (${generation})`;
      rules.push({
        name: "Generated Column",
        text: `${field.name} <=> ${generation}`,
        condition: parseExpression(text),
      });
    }
  }
  return rules;
}

/** Invariants of a column and of the fields of structs in it; each names its columns in full. */
function invariantRules(field: StructField, parents: readonly string[]): Rule[] {
  const path = [...parents, field.name];
  const invariant = field.metadata["delta.invariants"];
  const inner = field.type.kind === "struct" ? field.type.fields : [];
  const below = inner.flatMap((child) => invariantRules(child, path));
  if (typeof invariant !== "string") return below;
  const text = invariantText(invariant, path.join("."));
  return [{ name: `EXPRESSION(${text})`, text, condition: parseExpression(text) }, ...below];
}

/** `{"expression":{"expression":"x > 3"}}`, as the protocol stores an invariant. */
function invariantText(json: string, column: string): string {
  try {
    const parsed = JSON.parse(json) as { expression?: { expression?: unknown } };
    const text = parsed.expression?.expression;
    if (typeof text === "string") return text;
  } catch {
    // Falls through to the refusal: a rule that cannot be read cannot be kept.
  }
  throw new SovereignError("DATA_LOSS", `the invariant of column \`${column}\` cannot be read`, {
    hint: "restore the table's metadata from an earlier version",
  });
}

function referenced(condition: BoundExpression): { name: string; value: BoundExpression }[] {
  const found = new Map<number, Attribute>();
  walkExpression(condition, (node) => {
    if (node.kind === "attribute") found.set(node.attribute.id, node.attribute);
  });
  return [...found.values()].map((attribute) => ({
    name: attribute.name,
    value: refer(attribute),
  }));
}
