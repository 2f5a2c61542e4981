/**
 * Operation names and parameters of commitInfo, as delta-spark 4.4 writes them
 * (`DeltaOperations.scala`; checked against recorded histories). Lists and maps are JSON text
 * within the JSON; absent optional parameters are left out. Predicates are SQL text here where
 * Spark prints its expression trees.
 */
import { printJson } from "../../../core/json/index.ts";
import type { JsonValue, StructField } from "../../schema/data-type.ts";
import { typeToJson } from "../../schema/schema-json.ts";
import type { Metadata } from "../types.ts";
import { historyPropertyKey } from "./table-properties.ts";

/** The operation part of a `CommitRequest`. */
export interface Operation {
  operation: string;
  operationParameters: Record<string, JsonValue>;
}

export interface CreateOptions {
  isManaged: boolean;
  asSelect?: boolean;
  clusterBy?: readonly string[];
}

/** CREATE TABLE, CREATE TABLE AS SELECT. */
export function createTableOperation(metadata: Metadata, options: CreateOptions): Operation {
  const name = options.asSelect ? "CREATE TABLE AS SELECT" : "CREATE TABLE";
  return { operation: name, operationParameters: tableParameters(metadata, options) };
}

/** [CREATE OR] REPLACE TABLE [AS SELECT]. */
export function replaceTableOperation(
  metadata: Metadata,
  options: CreateOptions & { orCreate: boolean },
): Operation {
  const name = `${options.orCreate ? "CREATE OR " : ""}REPLACE TABLE`;
  return {
    operation: options.asSelect ? `${name} AS SELECT` : name,
    operationParameters: tableParameters(metadata, options),
  };
}

function tableParameters(metadata: Metadata, options: CreateOptions): Record<string, JsonValue> {
  return {
    partitionBy: printJson(metadata.partitionColumns),
    clusterBy: printJson(options.clusterBy ?? []),
    description: metadata.description ?? null,
    isManaged: String(options.isManaged),
    properties: printJson(metadata.configuration),
  };
}

export interface WriteOptions {
  mode: "Append" | "Overwrite" | "ErrorIfExists" | "Ignore";
  /** What the statement named; SQL inserts name none and Spark records `[]`. */
  partitionBy?: readonly string[];
  /** REPLACE WHERE, as SQL. */
  predicate?: string;
  isDynamicPartitionOverwrite?: boolean;
  canOverwriteSchema?: boolean;
  canMergeSchema?: boolean;
}

/** INSERT, COPY INTO and other plain writes. */
export function writeOperation(options: WriteOptions): Operation {
  const { mode, partitionBy, ...optional } = options;
  return {
    operation: "WRITE",
    operationParameters: { mode, partitionBy: printJson(partitionBy ?? []), ...optional },
  };
}

/** DELETE; without a predicate, of every row. */
export function deleteOperation(predicate?: string): Operation {
  return { operation: "DELETE", operationParameters: { predicate: predicateList(predicate) } };
}

/** UPDATE; without a predicate, of every row. */
export function updateOperation(predicate?: string): Operation {
  return { operation: "UPDATE", operationParameters: { predicate: predicateList(predicate) } };
}

/** TRUNCATE TABLE. */
export function truncateOperation(): Operation {
  return { operation: "TRUNCATE", operationParameters: {} };
}

export interface MergeClauseFacts {
  predicate?: string;
  actionType: "update" | "delete" | "insert";
}

/** MERGE with its clauses in order. */
export function mergeOperation(
  predicate: string,
  clauses: {
    matched: readonly MergeClauseFacts[];
    notMatched: readonly MergeClauseFacts[];
    notMatchedBySource: readonly MergeClauseFacts[];
  },
): Operation {
  return {
    operation: "MERGE",
    operationParameters: {
      predicate: predicateList(predicate),
      matchedPredicates: printJson(clauses.matched),
      notMatchedPredicates: printJson(clauses.notMatched),
      notMatchedBySourcePredicates: printJson(clauses.notMatchedBySource),
    },
  };
}

function predicateList(predicate: string | undefined): string {
  return printJson(predicate === undefined ? [] : [predicate]);
}

/** ALTER TABLE … SET TBLPROPERTIES. */
export function setPropertiesOperation(properties: Readonly<Record<string, string>>): Operation {
  const entries = Object.entries(properties);
  const named = Object.fromEntries(entries.map(([key, value]) => [historyPropertyKey(key), value]));
  const operationParameters = { properties: printJson(named) };
  return { operation: "SET TBLPROPERTIES", operationParameters };
}

/** ALTER TABLE … UNSET TBLPROPERTIES. */
export function unsetPropertiesOperation(keys: readonly string[], ifExists: boolean): Operation {
  const operationParameters = { properties: printJson(keys.map(historyPropertyKey)), ifExists };
  return { operation: "UNSET TBLPROPERTIES", operationParameters };
}

/** ALTER TABLE … ADD CONSTRAINT … CHECK. */
export function addConstraintOperation(name: string, expr: string): Operation {
  return { operation: "ADD CONSTRAINT", operationParameters: { name, expr } };
}

/** ALTER TABLE … DROP CONSTRAINT; `expr` is undefined when there was none (IF EXISTS). */
export function dropConstraintOperation(name: string, expr: string | undefined): Operation {
  const facts = expr === undefined ? { existed: "false" } : { expr, existed: "true" };
  return { operation: "DROP CONSTRAINT", operationParameters: { name, ...facts } };
}

export interface ColumnAt {
  /** Parents of a nested column, outermost first. */
  parents?: readonly string[];
  field: StructField;
  /** `FIRST` or `AFTER x`. */
  position?: string;
}

/** ALTER TABLE … ADD COLUMNS. */
export function addColumnsOperation(columns: readonly ColumnAt[]): Operation {
  const list = columns.map(({ parents, field, position }) => ({
    column: fieldFacts(parents, field),
    ...(position !== undefined && { position }),
  }));
  return { operation: "ADD COLUMNS", operationParameters: { columns: printJson(list) } };
}

/** ALTER TABLE … DROP COLUMNS. */
export function dropColumnsOperation(columns: readonly (readonly string[])[]): Operation {
  const names = columns.map(columnName);
  return { operation: "DROP COLUMNS", operationParameters: { columns: printJson(names) } };
}

/** ALTER TABLE … RENAME COLUMN. */
export function renameColumnOperation(
  oldPath: readonly string[],
  newPath: readonly string[],
): Operation {
  return {
    operation: "RENAME COLUMN",
    operationParameters: {
      oldColumnPath: columnName(oldPath),
      newColumnPath: columnName(newPath),
    },
  };
}

/** ALTER TABLE … ALTER COLUMN (type, comment, nullability, default). */
export function changeColumnOperation({ parents, field, position }: ColumnAt): Operation {
  const column = printJson(fieldFacts(parents, field));
  const operationParameters = position === undefined ? { column } : { column, position };
  return { operation: "CHANGE COLUMN", operationParameters };
}

/** RESTORE TABLE … TO VERSION or TIMESTAMP AS OF. */
export function restoreOperation(target: { version?: number; timestamp?: string }): Operation {
  const { version = null, timestamp = null } = target;
  return { operation: "RESTORE", operationParameters: { version, timestamp } };
}

export interface OptimizeOptions {
  /** The conjuncts of the partition predicate. */
  predicates?: readonly string[];
  zOrderBy?: readonly string[];
  clusterBy?: readonly string[];
  auto?: boolean;
}

/** OPTIMIZE [ZORDER BY]. */
export function optimizeOperation(options: OptimizeOptions): Operation {
  return {
    operation: "OPTIMIZE",
    operationParameters: {
      predicate: printJson(options.predicates ?? []),
      auto: options.auto ?? false,
      zOrderBy: printJson(options.zOrderBy ?? []),
      clusterBy: printJson(options.clusterBy ?? []),
    },
  };
}

/** REORG TABLE … APPLY (PURGE), with the conjuncts of the partition predicate. */
export function reorgOperation(predicates: readonly string[]): Operation {
  const operationParameters = { predicate: printJson(predicates), applyPurge: true };
  return { operation: "REORG", operationParameters };
}

/** An operation known by name alone: `VACUUM START`, `Empty Commit`, `UPGRADE PROTOCOL` …. */
export function namedOperation(
  operation: string,
  operationParameters: Record<string, JsonValue> = {},
): Operation {
  return { operation, operationParameters };
}

function fieldFacts(parents: readonly string[] | undefined, field: StructField) {
  const type = typeToJson(field.type);
  return {
    name: columnName([...(parents ?? []), field.name]),
    // Spark's `typeName`: a nested type is named by its kind alone.
    type: typeof type === "string" ? type : field.type.kind,
    nullable: field.nullable,
    metadata: field.metadata,
  };
}

/** Parts joined by dots; a part with a dot is quoted, as Spark's UnresolvedAttribute prints it. */
function columnName(parts: readonly string[]): string {
  return parts
    .map((part) => (part.includes(".") ? `\`${part.replaceAll("`", "``")}\`` : part))
    .join(".");
}
