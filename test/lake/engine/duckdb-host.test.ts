import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openHost } from "../../../src/lake/engine/duckdb-host.ts";
import { LONG } from "../../../src/lake/schema/data-type.ts";

it("gives the next query a new database once DuckDB has broken its own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "host-"));
  const duckdb = await import("@duckdb/node-api");
  const host = await openHost(duckdb, { threads: 1, tempDirectory: folder });
  const call = (args: readonly unknown[]) => (args[0] as bigint) + 1n;
  host.register({ name: "plus_one", parameters: [LONG], returnType: LONG, call: call as never });
  await host.using("CREATE TABLE kept", (c) => c.run("CREATE TABLE kept AS SELECT 1"));
  const lent = await host.acquire();

  const fail = host.using("SELECT 1", async () => {
    throw new Error("FATAL Error: the database has been invalidated because of a fatal error");
  });
  await expect(fail).rejects.toMatchObject({ code: "TEMPORARILY_UNAVAILABLE" });

  const ask = async (sql: string) =>
    host.using(sql, async (c) => (await c.runAndReadAll(sql)).getRows());
  expect(await Promise.all([1, 2].map((n) => ask(`SELECT plus_one(${n}::BIGINT)`)))).toEqual([
    [[2n]],
    [[3n]],
  ]);
  expect(await ask("SELECT current_setting('TimeZone')")).toEqual([["UTC"]]);
  await expect(ask("SELECT * FROM kept")).rejects.toMatchObject({ code: "INTERNAL_ERROR" });
  // What still holds a connection of the old one may finish with it, and does not break the new one.
  expect((await lent.runAndReadAll("SELECT * FROM kept")).getRows()).toEqual([[1]]);
  host.error(new Error("FATAL Error: again"), "SELECT 1", lent);
  host.release(lent, true);
  expect(await ask("SELECT plus_one(5::BIGINT)")).toEqual([[[6n]][0]]);
  host.close();
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
