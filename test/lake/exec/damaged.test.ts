/**
 * Tables that something damaged, seen by a user: one clear error, from the library and from the
 * command line, and nothing written by the statement that met it.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { createTestIo } from "../../cli/test-io.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
let folder: string;
let whole: string;
/** The table being damaged. */
let table: string;
/** Name of its largest data file. */
let data: string;

beforeAll(async () => {
  t = await openTestLake();
  folder = mkdtempSync(join(tmpdir(), "damaged-"));
  whole = join(folder, "whole");
  const name = `delta.\`${whole}\``;
  await t.run(
    `CREATE TABLE ${name} (id BIGINT, s STRING) TBLPROPERTIES ('delta.checkpointInterval' = '3')`,
  );
  await t.run(`INSERT INTO ${name} SELECT id, repeat('x', 50) FROM range(1000)`);
  for (const id of [5000, 5001, 5002]) await t.run(`INSERT INTO ${name} VALUES (${id}, 'a')`);
  const size = (file: string) => statSync(join(whole, file)).size;
  data = readdirSync(whole)
    .filter((file) => file.endsWith(".parquet"))
    .sort((a, b) => size(b) - size(a))[0]!;
});
afterAll(async () => {
  await t.close();
  rmSync(folder, { recursive: true, force: true });
});

let tables = 0;
beforeEach(() => {
  table = join(folder, `t${++tables}`);
  cpSync(whole, table, { recursive: true });
});

function logFile(version: number, end = "json"): string {
  return join(table, "_delta_log", `${String(version).padStart(20, "0")}.${end}`);
}

interface Damage {
  what: string;
  harm(): void;
  /** What the one line must say. */
  says: RegExp;
  code?: string;
  /** The log is whole: what reads only the log goes on. */
  dataOnly?: boolean;
}

const DATA_DAMAGE: readonly Damage[] = [
  {
    what: "a missing data file",
    harm: () => rmSync(join(table, data)),
    says: /the data file `.*part-.*\.parquet` of the table does not exist/,
  },
  {
    what: "a truncated data file",
    harm: () => truncateSync(join(table, data), 300),
    says: /a Parquet file is damaged: .*part-.*\.parquet/,
  },
  {
    what: "an empty data file",
    harm: () => writeFileSync(join(table, data), ""),
    says: /a Parquet file is damaged: .*part-.*\.parquet.* too small/,
  },
  {
    what: "a data file of other bytes",
    harm: () => writeFileSync(join(table, data), Buffer.alloc(2000, 7)),
    says: /a Parquet file is damaged: .*part-.*\.parquet/,
  },
  {
    what: "a data file with a damaged footer",
    harm() {
      const bytes = readFileSync(join(table, data));
      writeFileSync(join(table, data), bytes.fill(255, bytes.length - 200, bytes.length - 100));
    },
    says: /a Parquet file is damaged/,
  },
  {
    what: "a folder where a data file was",
    harm() {
      rmSync(join(table, data));
      mkdirSync(join(table, data));
    },
    says: /the data file `.*part-.*\.parquet` of the table does not exist/,
  },
];

const LOG_DAMAGE: readonly Damage[] = [
  {
    what: "a torn commit",
    harm: () => truncateSync(logFile(4), 200),
    says: /00004\.json` is damaged at byte 200/,
  },
  {
    what: "a commit of other bytes",
    harm: () => writeFileSync(logFile(4), Buffer.from([0xff, 0xfe, 0, 0x80])),
    says: /00004\.json` is damaged at byte 0/,
  },
  {
    what: "a missing commit",
    harm() {
      rmSync(logFile(2));
      rmSync(logFile(3, "checkpoint.parquet"));
    },
    says: /commit 2 is missing/,
  },
  {
    what: "a truncated checkpoint",
    harm: () => truncateSync(logFile(3, "checkpoint.parquet"), 100),
    says: /damaged Parquet file `.*00003\.checkpoint\.parquet` at offset 96/,
  },
  {
    what: "a log without commits",
    harm() {
      const log = join(table, "_delta_log");
      for (const file of readdirSync(log)) rmSync(join(log, file));
    },
    says: /is not a Delta table: there is no log in/,
    code: "RESOURCE_DOES_NOT_EXIST",
  },
];

const DAMAGE = [...DATA_DAMAGE.map((one) => ({ ...one, dataOnly: true })), ...LOG_DAMAGE];

describe.each(DAMAGE)("$what", ({ harm, says, code, dataOnly }) => {
  it("is one error in the library, and changes nothing", async () => {
    harm();
    const before = readdirSync(table, { recursive: true }).sort();
    const error = { code: code ?? "DATA_LOSS", message: expect.stringMatching(says) };
    for (const statement of [
      "SELECT max(s) FROM $T",
      "UPDATE $T SET s = 'u' WHERE id = 3",
      "DELETE FROM $T WHERE length(s) = 50",
      "MERGE INTO $T t USING (SELECT 3L AS id) s ON t.id = s.id WHEN MATCHED THEN DELETE",
    ]) {
      const text = statement.replace("$T", `delta.\`${table}\``);
      await expect(t.rows(text), statement).rejects.toMatchObject(error);
    }
    expect(readdirSync(table, { recursive: true }).sort()).toEqual(before);
    const history = t.rows(`DESCRIBE HISTORY delta.\`${table}\``);
    if (dataOnly) expect(await history).toHaveLength(5);
    else await expect(history).rejects.toMatchObject(error);
  });

  it("is one line, a hint and exit code 3 at the command line", async () => {
    harm();
    const io = createTestIo({ cwd: folder });
    expect(await main(["lake", "sql", `SELECT max(s) FROM delta.\`${table}\``], io)).toBe(3);
    expect(io.out()).toBe("");
    const lines = io.err().split("\n").filter(Boolean);
    expect(lines[0]).toMatch(says);
    expect(lines.slice(1).map((line) => line.slice(0, 5))).toEqual(["hint:"]);
  });
});
