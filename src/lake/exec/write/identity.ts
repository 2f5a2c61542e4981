/**
 * Identity columns in statements: values numbered as the rows are written, values of one's own
 * refused where the column allows none, and the metadata action that commits how far they went.
 */
import type { Action, Snapshot } from "../../delta/index.ts";
import {
  identityOf,
  MAX_LONG,
  MIN_LONG,
  nextIdentity,
  raiseHighWaterMark,
} from "../../delta/write/identity-columns.ts";
import { changeTable, type TableState, tableActions } from "../../delta/write/table-create.ts";
import { quoteString } from "../../engine/index.ts";
import { LONG, type StructField, type StructType, structType } from "../../schema/data-type.ts";
import { parseSchemaJson } from "../../schema/schema-json.ts";
import type { Span } from "../../sql/ast.ts";
import { SqlError } from "../../sql/error.ts";
import type { FunctionDef } from "../../sql/functions/definition.ts";
import type { BoundExpression } from "../../sql/plan/expression.ts";

interface Numbering {
  column: string;
  first: bigint;
  step: bigint;
}

// The engine numbers rows in one stream (row_number without order), so that no number is given
// twice however many threads write.
const NEXT_IDENTITY: FunctionDef = {
  name: "next_identity",
  kind: "scalar",
  summary: "next value of an identity column",
  resolve: (args) => ({ type: LONG, nullable: false, args }),
  emit: (_, call) => {
    const { column, first, step } = call.data as Numbering;
    const left = valuesLeft(first, step);
    const message = `the identity column \`${column}\` has no value left`;
    const error = `error(${quoteString("[ARITHMETIC_OVERFLOW|22003] ")} || ${quoteString(message)})`;
    if (left === 0n) return `CASE WHEN row_number() OVER () > 0 THEN ${error} END`;
    const value = `CAST(CAST(${first} AS HUGEINT) + ${step} * (n - 1) AS BIGINT)`;
    const number = "row_number() OVER ()";
    return `CASE WHEN ${number} > ${left} THEN ${error} ELSE ${value.replace("n", number)} END`;
  },
  volatile: true,
};

function valuesLeft(first: bigint, step: bigint): bigint {
  const room = step > 0n ? MAX_LONG - first : first - MIN_LONG;
  if (room < 0n) return 0n;
  const left = room / (step > 0n ? step : -step) + 1n;
  return left > MAX_LONG ? MAX_LONG : left;
}

/** The next value of an identity column, a new one for each row. */
export function identityValue(field: StructField): BoundExpression {
  const identity = identityOf(field)!;
  const data: Numbering = {
    column: field.name,
    first: nextIdentity(identity),
    step: identity.step,
  };
  return {
    kind: "call",
    fn: NEXT_IDENTITY,
    args: [],
    calledAs: NEXT_IDENTITY.name,
    type: LONG,
    nullable: false,
    data,
  };
}

/** Refuses values for GENERATED ALWAYS columns. */
export function refuseExplicitIdentity(fields: readonly StructField[], span: Span): void {
  const field = fields.find((f) => identityOf(f)?.allowsExplicit === false);
  if (!field) return;
  throw new SqlError(`\`${field.name}\` is GENERATED ALWAYS AS IDENTITY and takes no values`, {
    errorClass: "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED",
    sqlState: "42808",
    span,
    hint: "leave the column out: list the others, as in INSERT INTO t (a, b)",
  });
}

/** Refuses new values for identity columns of rows that are there. */
export function refuseIdentityUpdate(fields: readonly StructField[], span: Span): void {
  const field = fields.find((f) => identityOf(f));
  if (!field) return;
  throw new SqlError(`\`${field.name}\` is an identity column and cannot be updated`, {
    errorClass: "DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED",
    sqlState: "42808",
    span,
    hint: "leave the column out",
  });
}

/**
 * `actions` with the metadata that says how far `numbered` columns got with `count` new rows. The
 * metadata an evolution of the schema puts there is the one that is changed.
 */
export function withHighWaterMarks(
  snapshot: Snapshot,
  actions: readonly Action[],
  numbered: ReadonlySet<string>,
  count: number,
): Action[] {
  if (numbered.size === 0 || count === 0) return [...actions];
  const state: TableState = {
    metadata: actions.find((a) => a.metaData)?.metaData ?? snapshot.metadata,
    protocol: actions.find((a) => a.protocol)?.protocol ?? snapshot.protocol,
  };
  const schema = numberedSchema(parseSchemaJson(state.metadata.schemaString), numbered, count);
  const after = changeTable(state, { schema });
  const others = actions.filter((a) => !a.metaData && !a.protocol);
  const before = { metadata: snapshot.metadata, protocol: snapshot.protocol };
  return [...tableActions(before, after), ...others];
}

function numberedSchema(
  schema: StructType,
  numbered: ReadonlySet<string>,
  count: number,
): StructType {
  return structType(
    schema.fields.map((field) => {
      const identity = numbered.has(field.name.toLowerCase()) ? identityOf(field) : null;
      if (!identity) return field;
      return raiseHighWaterMark(field, nextIdentity(identity) + identity.step * BigInt(count - 1));
    }),
  );
}
