/** Several real processes change one table through the lake; nothing may be lost or done twice. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { bundleScript, startScript } from "../../long/kill.ts";
import { openProcessLake } from "./process-lake.ts";

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "write-process.ts");

export interface Writers {
  processes: number;
  /** INSERTs of each process. */
  appends: number;
  /** UPDATEs of the one counter row, of each process. */
  updates: number;
}

/** Runs them and checks the table; how many UPDATEs were refused on the way. */
export async function writeFromProcesses({ processes, appends, updates }: Writers) {
  const folder = mkdtempSync(join(tmpdir(), "sovereign-writers-"));
  const script = await bundleScript(SCRIPT);
  try {
    const lake = await openProcessLake(folder);
    const rowsOf = async (sql: string) => (await lake.sql(sql)).objects();
    for (const statement of [
      "CREATE TABLE t (id INT, name STRING, n INT)",
      "INSERT INTO t VALUES (0, 'counter', 0)",
    ]) {
      await (await lake.sql(statement)).close();
    }
    const runs = Array.from({ length: processes }, (_, i) =>
      startScript(script, [folder, `w${i}`, String(appends), String(updates)]),
    );
    expect(await Promise.all(runs.map((run) => run.exit))).toEqual(runs.map(() => 0));
    const lines = runs.flatMap((run) => run.lines).map((line) => line.split(" "));
    const versionsOf = (word: string) =>
      lines.filter(([first]) => first === word).map((parts) => Number(parts[1]));

    const total = processes * (appends + updates);
    const committed = [...versionsOf("insert"), ...versionsOf("update")].sort((a, b) => a - b);
    expect(committed).toEqual(Array.from({ length: total }, (_, i) => i + 2));

    const history = await (await lake.table("t")).history();
    expect(history).toHaveLength(total + 2);
    const operations = new Map(history.map((one) => [Number(one.version), one.operation]));
    for (const version of versionsOf("insert")) expect(operations.get(version)).toBe("WRITE");
    for (const version of versionsOf("update")) expect(operations.get(version)).toBe("UPDATE");
    // Only another UPDATE can be in the way of one: blind appends are not.
    for (const version of versionsOf("refused")) expect(operations.get(version)).toBe("UPDATE");
    for (const line of lines.filter(([first]) => first === "refused")) {
      expect(line.join(" ")).toMatch(/^refused (\d+) version \1 \(UPDATE, /);
    }

    expect(await rowsOf("SELECT n FROM t WHERE id = 0")).toEqual([{ n: processes * updates }]);
    const perWriter = await rowsOf(
      "SELECT name, count(*) AS c, count(DISTINCT id) AS d, max(id) AS m FROM t WHERE id > 0 " +
        "GROUP BY name ORDER BY name",
    );
    const each = { c: BigInt(appends), d: BigInt(appends), m: appends };
    expect(perWriter).toEqual(runs.map((_, i) => ({ name: `w${i}`, ...each })));
    await lake.close();
    return { refused: versionsOf("refused").length };
  } finally {
    script.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
