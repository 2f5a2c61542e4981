/**
 * Every recorded table of delta-kernel-rs, delta and delta-rs, and of Spark 4.2.0: snapshot facts,
 * refusals, history and rows against what those projects recorded.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { printJson } from "../../../src/core/json/index.ts";
import {
  compareChecksum,
  listProtocolFeatures,
  type TableSnapshot,
} from "../../../src/lake/delta/index.ts";
import { type Engine, startEngine } from "../../../src/lake/engine/index.ts";
import { typeToJson } from "../../../src/lake/schema/schema-json.ts";
import {
  canonicalRows,
  hasConformance,
  listSparkCases,
  listUpstreamCases,
  openLog,
  readExpected,
  readParquetAs,
  readRows,
} from "./conformance-data.ts";
import { parseTextTable, toRecordedJson, toTableText } from "./expected-text.ts";
import { KNOWN_DIFFERENCES } from "./known-differences.ts";

interface DerivedSnapshot {
  version: number;
  protocol: Record<string, unknown>;
  partitionColumns: string[];
  numFiles: number;
  sizeInBytes: number;
  numDeletionVectors: number;
  txns: Record<string, number>;
  domains: string[];
  columns: string[];
}

let engine: Engine;

beforeAll(async () => {
  if (hasConformance) engine = await startEngine({ threads: 2, memoryLimitBytes: 2 ** 30 });
});

afterAll(async () => {
  await engine?.close();
});

async function describeSnapshot(snapshot: TableSnapshot): Promise<DerivedSnapshot> {
  const files = await snapshot.scanFiles();
  return {
    version: snapshot.version,
    protocol: { ...snapshot.protocol },
    partitionColumns: snapshot.metadata.partitionColumns,
    numFiles: await snapshot.fileCount(),
    sizeInBytes: await snapshot.totalSizeBytes(),
    numDeletionVectors: files.filter((file) => file.deletedRows !== null).length,
    txns: Object.fromEntries([...snapshot.txns()].map(([id, txn]) => [id, Number(txn.version)])),
    domains: [...snapshot.domains().keys()].sort(),
    columns: snapshot.schema.fields.map((field) => field.name),
  };
}

describe.skipIf(!hasConformance)("recorded tables of other projects", () => {
  const cases = listUpstreamCases();
  it("are all there", () => expect(cases.length).toBeGreaterThanOrEqual(99));

  for (const { name, table, expected } of cases) {
    const error = readExpected<{ reason: string }>(join(expected, "error.json"));
    if (error !== null) {
      it(`${name}: refused (${error.reason})`, async () => {
        const refusal = await tryOpen(table);
        expect(refusal).toBeInstanceOf(SovereignError);
        expect(refusal?.hint).toBeTruthy();
        expect(refusal?.message).toMatch(REASONS[error.reason] ?? /./);
      });
      continue;
    }
    it(`${name}: snapshot`, async () => {
      const derived = readExpected<DerivedSnapshot>(join(expected, "derived_snapshot.json"));
      if (derived === null) return;
      const snapshot = await openLog(table).snapshot();
      const found = await describeSnapshot(snapshot);
      // Its checksum is made up to test parsing and does not fit its log.
      const wrong = name === "kernel-data/crc-full" ? 2 : 0;
      expect(await compareChecksum(snapshot)).toHaveLength(wrong);
      derived.domains = [...derived.domains].sort();
      if (KNOWN_DIFFERENCES[name]) expect(found).not.toEqual(derived);
      else expect(found).toEqual(derived);
    });
    describeRows(name, table, expected);
  }
});

const REASONS: Readonly<Record<string, RegExp>> = {
  "no commits": /not a Delta table/,
  "checkpoint has no metaData action": /no `metaData` action/,
  "checkpoint has no protocol action": /no `protocol` action/,
  "gap in commit versions": /not contiguous/,
};

async function tryOpen(table: string): Promise<SovereignError | null> {
  try {
    await openLog(table).snapshot();
    return null;
  } catch (error) {
    return error as SovereignError;
  }
}

function describeRows(name: string, table: string, expected: string): void {
  const latest = listParquet(join(expected, "latest"));
  if (latest.length > 0) {
    it(`${name}: rows as Spark wrote them`, async () => {
      const snapshot = await openLog(table).snapshot();
      const rows = await readRows(engine, snapshot);
      const wanted = await readParquetAs(engine, latest, snapshot.schema);
      expect(canonicalRows(rows)).toEqual(canonicalRows(wanted));
    });
  }
  const facts = readExpected<Facts>(join(expected, "upstream_facts.json"));
  if (facts !== null) it(`${name}: upstream facts`, () => checkFacts(table, facts));
  const textPath = join(expected, "upstream_latest_all.txt");
  if (existsSync(textPath)) {
    it(`${name}: rows as kernel-rs prints them`, async () => {
      const snapshot = await openLog(table).snapshot();
      const rows = await readRows(engine, snapshot);
      const wanted = parseTextTable(readFileSync(textPath, "utf8"));
      const { fields } = snapshot.schema;
      const found = rows.map((row) => row.map((v, i) => toTableText(v, fields[i]!.type)).join("|"));
      expect(fields.map((field) => field.name)).toEqual(wanted.header);
      expect(found.sort()).toEqual(wanted.rows);
    });
  }
  const versions = listParquet(join(expected, "derived_versions"));
  if (versions.length > 0) {
    it(`${name}: rows of ${versions.length} versions (derived)`, async () => {
      for (const path of versions) await checkVersion(name, table, path);
    });
  }
}

interface Facts {
  version?: number;
  numFiles: number;
  fileNames?: string[];
}

async function checkFacts(table: string, facts: Facts): Promise<void> {
  const snapshot = await openLog(table).snapshot();
  expect(await snapshot.fileCount()).toBe(facts.numFiles);
  if (facts.version !== undefined) expect(snapshot.version).toBe(facts.version);
  if (facts.fileNames) {
    const names = (await snapshot.scanFiles()).map((file) => file.add.path).sort();
    expect(names).toEqual(facts.fileNames);
  }
}

async function checkVersion(name: string, table: string, path: string): Promise<void> {
  const version = Number(/v(\d+)\.parquet$/.exec(path)![1]);
  const snapshot = await openLog(table).snapshot({ version });
  const found = canonicalRows(await readRows(engine, snapshot));
  const wanted = canonicalRows(await readParquetAs(engine, [path], snapshot.schema));
  if (KNOWN_DIFFERENCES[`${name}@${version}`]) expect(found).not.toEqual(wanted);
  else expect(found, `version ${version}`).toEqual(wanted);
}

function listParquet(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".parquet"));
  return names.sort().map((name) => join(folder, name));
}

interface Recorded {
  schema: unknown;
  rows: Record<string, unknown>[];
  history: { version: number; operation: string; operationParameters: Record<string, unknown> }[];
  detail: {
    numFiles: number;
    partitionColumns: string[];
    properties: Record<string, string>;
    minReaderVersion: number;
    minWriterVersion: number;
    tableFeatures: string[];
  };
}

describe.skipIf(!hasConformance)("tables of Spark 4.2.0 and delta-spark 4.4.0", () => {
  for (const { name, table, expected } of listSparkCases()) {
    const recorded = readExpected<Recorded>(expected)!;
    it(`${name}: schema, protocol, properties`, async () => {
      const snapshot = await openLog(table).snapshot();
      const { detail } = recorded;
      expect(withoutMetadata(typeToJson(snapshot.schema))).toEqual(
        withoutMetadata(recorded.schema),
      );
      expect(await snapshot.fileCount()).toBe(detail.numFiles);
      expect(await compareChecksum(snapshot)).toEqual([]);
      expect(snapshot.metadata.partitionColumns).toEqual(detail.partitionColumns);
      expect(snapshot.metadata.configuration).toMatchObject(detail.properties);
      expect(snapshot.protocol.minReaderVersion).toBe(detail.minReaderVersion);
      expect(snapshot.protocol.minWriterVersion).toBe(detail.minWriterVersion);
      expect(listProtocolFeatures(snapshot.protocol)).toEqual([...detail.tableFeatures].sort());
    });
    it(`${name}: history`, () => {
      const found = openLog(table)
        .history()
        .map(({ version, commitInfo }) => ({
          version,
          operation: commitInfo?.operation,
          operationParameters: commitInfo?.operationParameters ?? {},
        }));
      const wanted = recorded.history.map(({ version, operation, operationParameters }) => ({
        version,
        operation,
        operationParameters,
      }));
      expect(found.map(nullsDropped)).toEqual(wanted.map(nullsDropped));
    });
    it(`${name}: rows`, async () => {
      const snapshot = await openLog(table).snapshot();
      const { fields } = snapshot.schema;
      const rows = await readRows(engine, snapshot);
      const found = rows.map((row) =>
        Object.fromEntries(fields.map((f, i) => [f.name, toRecordedJson(row[i]!, f.type)])),
      );
      const wanted = recorded.rows.map(recordedText).sort();
      expect(found.map(recordedText).sort()).toEqual(wanted);
    });
  }
});

/** Integers print alike whether number or bigint; `1` and `1.0` are one double. */
function recordedText(row: unknown): string {
  return printJson(row);
}

/** Spark's own reader drops null parameters; the log keeps some as null. */
function nullsDropped<T extends { operationParameters: Record<string, unknown> }>(entry: T): T {
  const kept = Object.entries(entry.operationParameters).filter(([, value]) => value !== null);
  return { ...entry, operationParameters: Object.fromEntries(kept) };
}

/** Spark shows the schema without Delta's internal column metadata. */
function withoutMetadata(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutMetadata);
  if (typeof json !== "object" || json === null) return json;
  const entries = Object.entries(json).filter(([key]) => key !== "metadata");
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutMetadata(value)]));
}
