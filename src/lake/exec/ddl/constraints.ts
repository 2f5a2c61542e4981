/**
 * ADD and DROP CONSTRAINT. A CHECK is kept as its SQL text in `delta.constraints.<name>`; the rows
 * already there must pass it, so adding one reads the table.
 */
import { SovereignError } from "../../../core/errors.ts";
import type { Snapshot } from "../../delta/index.ts";
import { addConstraintOperation, dropConstraintOperation } from "../../delta/write/operations.ts";
import { BOOLEAN } from "../../schema/data-type.ts";
import type { TableConstraint } from "../../sql/ast.ts";
import { notImplemented } from "../../sql/error.ts";
import { parseExpression } from "../../sql/parse/index.ts";
import type { Attribute, BoundExpression } from "../../sql/plan/expression.ts";
import { bindOperator } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { expressionBinder } from "../bind-port.ts";
import { asCondition, findTouched } from "../dml/find-rows.ts";
import { emptyOutcome, type Outcome } from "../result.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext } from "../statement.ts";
import type { TableHandle } from "../table-handle.ts";
import { generationText } from "../write/column-values.ts";
import { constraintRules } from "../write/enforce.ts";
import { changeMetadata } from "./alter-table.ts";

/** ADD CONSTRAINT name CHECK (…). */
export async function addConstraint(
  ctx: StatementContext,
  handle: TableHandle,
  constraint: TableConstraint,
): Promise<Outcome> {
  if (constraint.kind !== "check") {
    const kind = constraint.kind.replaceAll("_", " ").toUpperCase();
    const hint = "leave it out: keys are information only, and never checked";
    throw notImplemented(`a ${kind} constraint`, constraint.span, hint);
  }
  if (!constraint.name) {
    throw notImplemented("a CHECK constraint without a name", constraint.span, "give it a name");
  }
  const name = constraint.name.name;
  const key = `delta.constraints.${name.toLowerCase()}`;
  if (key in handle.snapshot.metadata.configuration) {
    throw new SovereignError(
      "RESOURCE_ALREADY_EXISTS",
      `the constraint \`${name}\` exists already`,
      {
        hint: "drop it first, or choose another name",
        details: { error_class: "DELTA_CONSTRAINT_ALREADY_EXISTS", sql_state: "42710" },
      },
    );
  }
  await refuseViolations(ctx, handle, {
    name,
    text: constraint.text,
    errorClass: "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
    sqlText: constraint.text,
  });
  const change = { internalProperties: { [key]: constraint.text } };
  const operation = addConstraintOperation(name, constraint.text);
  return changeMetadata(ctx, handle, change, { ...operation, reads: { readWholeTable: true } });
}

/** DROP CONSTRAINT. */
export function dropConstraint(
  ctx: StatementContext,
  handle: TableHandle,
  name: string,
  ifExists: boolean,
): Promise<Outcome> {
  const key = `delta.constraints.${name.toLowerCase()}`;
  const text = handle.snapshot.metadata.configuration[key];
  if (text === undefined) {
    if (ifExists) return Promise.resolve(emptyOutcome());
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `the table has no constraint \`${name}\``, {
      hint: "SHOW TBLPROPERTIES lists its constraints",
      details: { error_class: "DELTA_CONSTRAINT_DOES_NOT_EXIST", sql_state: "42704" },
    });
  }
  const change = { internalProperties: { [key]: null } };
  return changeMetadata(ctx, handle, change, dropConstraintOperation(name, text));
}

export interface NewRule {
  name: string;
  /** As the message shows it. */
  text: string;
  /** As it is evaluated. */
  sqlText: string;
  errorClass: string;
}

/** Refuses a rule that rows of the table break. */
export async function refuseViolations(
  ctx: StatementContext,
  handle: TableHandle,
  rule: NewRule,
): Promise<void> {
  const { snapshot, qualifier } = handle;
  const bind = await expressionBinder(ctx, null);
  const parsed = parseExpression(rule.sqlText);
  const violates = (attributes: readonly Attribute[]): BoundExpression => {
    const holds = asCondition(bind(parsed, attributes));
    return bindOperator("not", [bindOperator("<=>", [holds, typedLiteral(true, BOOLEAN)])]);
  };
  // Bound even when the table is empty, so that a wrong expression never gets in.
  violates(schemaAttributes(snapshot.schema, ctx.allocate, qualifier));
  const files = await snapshot.scanFiles();
  const touched = await findTouched(ctx, snapshot, files, violates, qualifier);
  const count = touched.reduce((sum, t) => sum + t.matchedCount, 0);
  if (count === 0) return;
  throw new SovereignError(
    "INVALID_STATE",
    `${count} rows in ${handle.displayName} violate the new constraint (${rule.text})`,
    {
      hint: "correct or delete those rows first",
      details: { error_class: rule.errorClass, sql_state: "23512" },
    },
  );
}

/** Refuses to rename or drop a column that constraints or generated columns are made of. */
export function refuseReferenced(snapshot: Snapshot, column: string): void {
  const users = constraintRules(snapshot.metadata.configuration)
    .filter((rule) => mentions(rule.text, column))
    .map((rule) => `the constraint \`${rule.name}\``);
  for (const field of snapshot.schema.fields) {
    const text = generationText(field);
    if (text !== null && mentions(text, column)) users.push(`the column \`${field.name}\``);
  }
  if (users.length === 0) return;
  throw new SovereignError("INVALID_STATE", `\`${column}\` is used by ${users.join(" and ")}`, {
    hint: "drop what uses it first",
    details: { error_class: "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE", sql_state: "42K09" },
  });
}

function mentions(text: string, column: string): boolean {
  let found = false;
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const named = node as { kind?: unknown; name?: { parts?: { name: string }[] } };
    if (named.kind === "column" && named.name?.parts) {
      found ||= named.name.parts.some((p) => p.name.toLowerCase() === column.toLowerCase());
    }
    for (const value of Object.values(node)) visit(value);
  };
  visit(parseExpression(text));
  return found;
}
