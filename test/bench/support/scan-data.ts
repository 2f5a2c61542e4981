/**
 * Tables of six or sixty million rows, made once in an ignored folder: `plain`; `deleted` and
 * `deleted-tenth` over the same files with deletion vectors on 0.8 % and 10 % of the rows; and
 * `vectors`, whose changes write deletion vectors.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { printJson } from "../../../src/core/json/index.ts";
import { createRng } from "../../../src/core/rng.ts";
import { commitFileName, encodeDeletionVector } from "../../../src/lake/delta/index.ts";
import type { Engine } from "../../../src/lake/engine/index.ts";

const SCAN_TABLES = { plain: 0, deleted: 0.008, "deleted-tenth": 0.1, vectors: 0 } as const;
export type ScanTable = keyof typeof SCAN_TABLES;
const ALL_TABLES = Object.keys(SCAN_TABLES) as ScanTable[];

const field = (name: string, type: string) => ({ name, type, nullable: true, metadata: {} });
const SCHEMA = {
  type: "struct",
  fields: [
    field("id", "long"),
    field("k", "integer"),
    field("v", "double"),
    field("s", "string"),
    field("d", "date"),
  ],
};

/** Folder of each table; makes what is missing. */
export async function prepareScanTables(
  engine: Engine,
  rowCount: number,
  fileCount = 6,
  names: readonly ScanTable[] = ALL_TABLES,
): Promise<Record<ScanTable, string>> {
  const root = resolve("node_modules/.cache/sovereign/bench", `lake-tables-${rowCount}`);
  if (!existsSync(root)) {
    const fresh = `${root}.${process.pid}`;
    for (const name of names) mkdirSync(join(fresh, name, "_delta_log"), { recursive: true });
    await writeFiles(engine, join(fresh, "plain"), rowCount, fileCount);
    for (const name of names)
      writeTable({
        from: join(fresh, "plain"),
        to: join(fresh, name),
        share: SCAN_TABLES[name],
        hasVectors: name !== "plain",
        rowsPerFile: rowCount / fileCount,
      });
    renameSync(fresh, root);
  }
  return Object.fromEntries(names.map((name) => [name, join(root, name)])) as Record<
    ScanTable,
    string
  >;
}

async function writeFiles(
  engine: Engine,
  folder: string,
  rowCount: number,
  fileCount: number,
): Promise<void> {
  const each = Math.ceil(rowCount / fileCount);
  for (let file = 0; file < fileCount; file++) {
    const end = Math.min(rowCount, (file + 1) * each);
    await engine.run(
      "COPY (SELECT i AS id, (i % 1000)::INTEGER AS k, (hash(i) % 1000000) / 100 AS v, " +
        "'name-' || hash(7 * i) % 100000 AS s, DATE '2020-01-01' + (i % 2000)::INTEGER AS d " +
        `FROM range(${file * each}, ${end}) t(i)) TO '${join(folder, `part-${file}.parquet`)}' ` +
        "(FORMAT parquet, ROW_GROUP_SIZE 200000)",
    );
  }
}

interface TableRequest {
  from: string;
  to: string;
  share: number;
  hasVectors: boolean;
  rowsPerFile: number;
}

/** Links the files of `from` into `to` and writes version 0, with vectors for a share of the rows. */
function writeTable({ from, to, share, hasVectors, rowsPerFile }: TableRequest): void {
  const rng = createRng(20_200_101);
  const actions: object[] = [protocolOf(hasVectors), metadataOf(hasVectors)];
  for (const name of readdirSync(from)
    .filter((file) => file.endsWith(".parquet"))
    .sort()) {
    if (from !== to) linkSync(join(from, name), join(to, name));
    const add = {
      path: name,
      partitionValues: {},
      size: statSync(join(to, name)).size,
      modificationTime: 0,
      dataChange: true,
      stats: printJson({ numRecords: rowsPerFile }),
    };
    const vector = share === 0 ? {} : { deletionVector: writeVector(to, name, rng, share) };
    actions.push({ add: { ...add, ...vector } });
  }
  const text = actions.map((action) => `${printJson(action)}\n`).join("");
  writeFileSync(join(to, "_delta_log", commitFileName(0)), text);
}

function protocolOf(hasVectors: boolean): object {
  if (!hasVectors) return { protocol: { minReaderVersion: 1, minWriterVersion: 2 } };
  const features = ["deletionVectors"];
  const versions = { minReaderVersion: 3, minWriterVersion: 7 };
  return { protocol: { ...versions, readerFeatures: features, writerFeatures: features } };
}

function metadataOf(hasVectors: boolean): object {
  const metaData = {
    id: "00000000-0000-4000-8000-000000000000",
    format: { provider: "parquet", options: {} },
    schemaString: printJson(SCHEMA),
    partitionColumns: [],
    configuration: hasVectors ? { "delta.enableDeletionVectors": "true" } : {},
    createdTime: 0,
  };
  return { metaData };
}

function writeVector(
  folder: string,
  dataFile: string,
  rng: ReturnType<typeof createRng>,
  share: number,
): object {
  const positions: bigint[] = [];
  for (let row = 0; row < 1_000_000; row++) if (rng.next() < share) positions.push(BigInt(row));
  const data = encodeDeletionVector(BigUint64Array.from(positions));
  const bytes = Buffer.alloc(data.length + 9);
  bytes.writeUInt8(1, 0);
  bytes.writeInt32BE(data.length, 1);
  bytes.set(data, 5);
  bytes.writeUInt32BE(crc32(data), data.length + 5);
  const path = join(folder, `${dataFile}.bin`);
  writeFileSync(path, bytes);
  return {
    storageType: "p",
    pathOrInlineDv: `file://${path.replace(/\.\d+(?=\/[^/]+\/[^/]+$)/, "")}`,
    offset: 1,
    sizeInBytes: data.length,
    cardinality: positions.length,
  };
}
