/**
 * The statements that made the tables of delta-spark 4.4.0 (conformance data), run here: rows,
 * schema, protocol, properties and history must end as Spark's did. What is not built must be
 * refused by name, and the refused statement must leave no trace.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { printJson } from "../../../src/core/json/index.ts";
import { listProtocolFeatures, type Snapshot } from "../../../src/lake/delta/index.ts";
import { typeToJson } from "../../../src/lake/schema/schema-json.ts";
import {
  hasConformance,
  listSparkCases,
  openLog,
  readExpected,
} from "../delta/conformance-data.ts";
import { toRecordedJson } from "../delta/expected-text.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

interface HistoryRow {
  version: bigint | number;
  operation: string;
  operationParameters: Record<string, unknown>;
  operationMetrics: Record<string, unknown>;
}

interface Recorded {
  statements: string[];
  schema: unknown;
  rows: unknown[];
  /** Rows of the change data feed, some columns of them. */
  reads?: { changes?: { rows: Record<string, unknown>[] } };
  history: HistoryRow[];
  detail: {
    partitionColumns: string[];
    properties: Record<string, string>;
    minReaderVersion: number;
    minWriterVersion: number;
    tableFeatures: string[];
  };
}

/** The statement (counted from 0) that must be refused, and the words that name what is missing. */
const REFUSED: Readonly<Record<string, readonly [number, RegExp]>> = {
  clustered: [0, /CLUSTER BY/],
  iceberg_compat: [0, /`icebergCompatV2`/],
  iceberg_compat3: [0, /`icebergCompatV3`/],
  variant_shredded: [0, /`variantShredding`/],
};

/**
 * The calendar interval of `make_interval` is not built; adding one of days to seconds gives the
 * same instants.
 */
function reword(statement: string): string {
  return statement.replaceAll("make_interval(0,0,0,0,", "make_dt_interval(0,");
}

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

function pathOf(name: string): string {
  return join(t.folder, name);
}

/** Everything below the table's folder, to see that a refusal changed nothing. */
function filesOf(name: string): string[] {
  const path = pathOf(name);
  return existsSync(path) ? readdirSync(path, { recursive: true }).map(String).sort() : [];
}

async function runAll(name: string, statements: readonly string[]): Promise<void> {
  for (const text of statements) {
    await t.run(reword(text).replaceAll("$T", `delta.\`${pathOf(name)}\``));
  }
}

describe.skipIf(!hasConformance)("recorded statements, run here", () => {
  for (const { name, expected } of listSparkCases()) {
    const recorded = readExpected<Recorded>(expected)!;
    const refusal = REFUSED[name];
    if (refusal) {
      const [at, words] = refusal;
      it(`${name}: refuses ${words.source}`, async () => {
        await runAll(name, recorded.statements.slice(0, at));
        const before = filesOf(name);
        const refused = runAll(name, recorded.statements.slice(at, at + 1));
        await expect(refused).rejects.toMatchObject({
          code: "NOT_IMPLEMENTED",
          message: expect.stringMatching(words),
        });
        expect(filesOf(name)).toEqual(before);
      });
      continue;
    }
    it(`${name}: ends as Spark's table did`, async () => {
      await runAll(name, recorded.statements);
      const snapshot = await openLog(pathOf(name)).snapshot();
      compareState(snapshot, recorded);
      expect(await rowsOf(name)).toEqual(recorded.rows.map((row) => printJson(row)).sort());
      expect(historyOf(openLog(pathOf(name)).history())).toEqual(historyOf(recorded.history));
      const changes = recorded.reads?.changes;
      if (changes) await compareChanges(name, changes.rows);
    });
  }
});

function compareState(snapshot: Snapshot, { schema, detail }: Recorded): void {
  expect(withoutMetadata(typeToJson(snapshot.schema))).toEqual(withoutMetadata(schema));
  const { metadata, protocol } = snapshot;
  expect(metadata.partitionColumns).toEqual(detail.partitionColumns);
  expect(withoutUuids(metadata.configuration)).toEqual(withoutUuids(detail.properties));
  expect(listProtocolFeatures(protocol)).toEqual([...detail.tableFeatures].sort());
  expect([protocol.minReaderVersion, protocol.minWriterVersion].map(Number)).toEqual(
    [detail.minReaderVersion, detail.minWriterVersion].map(Number),
  );
}

async function compareChanges(name: string, rows: Record<string, unknown>[]): Promise<void> {
  const columns = Object.keys(rows[0]!).join(", ");
  const found = await t.rows(`SELECT ${columns} FROM table_changes_by_path('${pathOf(name)}', 0)`);
  const plain = (values: readonly unknown[]) => values.map(String).join("|");
  expect(found.map(plain).sort()).toEqual(rows.map((row) => plain(Object.values(row))).sort());
}

/** Names of the hidden columns of row tracking end in a UUID. */
function withoutUuids(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, value.replace(UUID, "")]),
  );
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

async function rowsOf(name: string): Promise<string[]> {
  const result = await t.lake.sql(`SELECT * FROM delta.\`${pathOf(name)}\``);
  const { fields } = result.schema;
  const rows = await result.rows();
  return rows
    .map((row) => fields.map((f, i) => [f.name, toRecordedJson(row[i]!, f.type)]))
    .map((row) => printJson(Object.fromEntries(row)))
    .sort();
}

type FoundHistory = Pick<HistoryRow, "version"> & { commitInfo?: unknown };

/** What both engines must agree on: operation, parameters, and how many rows were touched. */
function historyOf(entries: readonly (HistoryRow | FoundHistory)[]): unknown[] {
  return entries.map((entry) => {
    const info = ("commitInfo" in entry ? entry.commitInfo : entry) as HistoryRow;
    return {
      version: Number(entry.version),
      operation: info.operation,
      parameters: parametersOf(info.operationParameters ?? {}),
      rows: rowMetrics(info.operationMetrics ?? {}, info.operation === "MERGE"),
    };
  });
}

/** Spark prints attributes with numbers of the session (`id#1473L`), and drops nulls. */
function parametersOf(parameters: Record<string, unknown>): Record<string, string> {
  const kept = Object.entries(parameters).filter(([, value]) => value !== null);
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      String(value)
        .replace(/#\d+L?/g, "")
        .replace(UUID, ""),
    ]),
  );
}

/** A MERGE writes more rows here than Spark does with deletion vectors; the changes are the same. */
function rowMetrics(metrics: Record<string, unknown>, isMerge: boolean): Record<string, unknown> {
  const pattern = /^(numOutputRows|num(Updated|Deleted|Source)Rows|numTargetRows(In|Up|De).*)$/;
  const names = Object.keys(metrics).filter(
    (name) => pattern.test(name) && !(isMerge && name === "numOutputRows"),
  );
  return Object.fromEntries(names.sort().map((name) => [name, metrics[name]]));
}

/** Spark shows the schema without Delta's internal column metadata. */
function withoutMetadata(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutMetadata);
  if (typeof json !== "object" || json === null) return json;
  const entries = Object.entries(json).filter(([key]) => key !== "metadata");
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutMetadata(value)]));
}
