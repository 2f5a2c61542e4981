/**
 * The rules of a table as SQL over its columns: what must hold of every row, and the values of the
 * columns a file leaves out, which CHECK constraints may speak of. Delta protocol, "CHECK
 * Constraints", "Column Invariants", "Generated Columns", "Default Columns".
 */
import {
  formatTypeSql,
  type StructField,
  type StructType,
} from "../../../lake/schema/data-type.ts";
import { quoteName } from "../table-name.ts";

export interface RuleTest {
  /** True or false, never NULL. */
  readonly holds: string;
  /** For a person, of a row it does not hold of. */
  readonly reason: string;
}

export interface TableRules {
  readonly tests: readonly RuleTest[];
  /** `… AS column` of columns the file leaves out; generated ones need the others first. */
  readonly defaults: readonly string[];
  readonly generated: readonly string[];
}

const CONSTRAINT = "delta.constraints.";
const GENERATION = "delta.generationExpression";
const DEFAULT = "CURRENT_DEFAULT";
const DECLARED = "__CHAR_VARCHAR_TYPE_STRING";

/** The rules; `given`: columns of the file in lower case. */
export function tableRules(
  table: StructType,
  properties: ReadonlyMap<string, string>,
  given: ReadonlySet<string>,
): TableRules {
  const isGiven = (field: StructField): boolean => given.has(field.name.toLowerCase());
  const missing = table.fields.filter((field) => !isGiven(field));
  const present = table.fields.filter(isGiven);
  return {
    tests: [...present.flatMap(columnTests), ...constraintTests(properties)],
    defaults: missing.filter((field) => generationOf(field) === null).map(defaultColumn),
    generated: missing.filter((field) => generationOf(field) !== null).map(generatedColumn),
  };
}

/** Whether a row may leave the column out. */
export function mayBeMissing(field: StructField): boolean {
  return field.nullable || generationOf(field) !== null || textOf(field, DEFAULT) !== null;
}

function columnTests(field: StructField): RuleTest[] {
  const column = quoteName(field.name);
  const tests: RuleTest[] = [];
  if (!field.nullable) {
    tests.push({ holds: `${column} IS NOT NULL`, reason: `${column} is NULL and must not be` });
  }
  const length = /^(?:char|varchar)\((\d+)\)$/i.exec(textOf(field, DECLARED) ?? "")?.[1];
  if (length !== undefined) {
    tests.push({
      holds: `coalesce(length(rtrim(${column})) <= ${length}, true)`,
      reason: `${column} is longer than ${length} characters`,
    });
  }
  const generation = generationOf(field);
  if (generation !== null) {
    tests.push({
      holds: `${column} <=> (${generation})`,
      reason: `${column} is not what the table computes, ${generation}`,
    });
  }
  const invariant = invariantOf(field);
  if (invariant !== null) tests.push(checkTest(`the invariant of ${column}`, invariant));
  return tests;
}

function constraintTests(properties: ReadonlyMap<string, string>): RuleTest[] {
  return [...properties]
    .filter(([key]) => key.toLowerCase().startsWith(CONSTRAINT))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => checkTest(`the CHECK \`${key.slice(CONSTRAINT.length)}\``, text));
}

/** NULL breaks a CHECK of Delta as false does. */
function checkTest(name: string, text: string): RuleTest {
  return { holds: `coalesce((${text}), false)`, reason: `${name} (${text}) does not hold` };
}

function defaultColumn(field: StructField): string {
  const value = textOf(field, DEFAULT) ?? "NULL";
  return `CAST((${value}) AS ${formatTypeSql(field.type)}) AS ${quoteName(field.name)}`;
}

function generatedColumn(field: StructField): string {
  return `(${generationOf(field)}) AS ${quoteName(field.name)}`;
}

function generationOf(field: StructField): string | null {
  return textOf(field, GENERATION);
}

function textOf(field: StructField, key: string): string | null {
  const value = field.metadata[key];
  return typeof value === "string" ? value : null;
}

/** `{"expression":{"expression":"x > 3"}}`; what cannot be read the INSERT refuses. */
function invariantOf(field: StructField): string | null {
  const json = textOf(field, "delta.invariants");
  if (json === null) return null;
  const text = /"expression"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(json)?.[1];
  return text === undefined ? null : (JSON.parse(text) as string);
}
