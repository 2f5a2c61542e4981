import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "../open-test-lake.ts";

let test: TestLake;
let root: string;
beforeEach(async () => {
  test = await openTestLake();
  root = join(test.folder, "lake", "main", "default", "t");
});
afterEach(() => test.close());

const filesOf = (pattern: RegExp) => readdirSync(root).filter((name) => pattern.test(name));

describe("FSCK REPAIR TABLE", () => {
  it("takes missing files out of the log", async () => {
    await test.run("CREATE TABLE t (id INT)");
    await test.run("INSERT INTO t VALUES (1)");
    const [first] = filesOf(/parquet$/);
    await test.run("INSERT INTO t VALUES (2)");
    expect(await test.rows("FSCK REPAIR TABLE t")).toEqual([]);
    rmSync(join(root, first!));
    const missing = [[first!, "true", null, "false"]];
    expect(await test.rows("FSCK REPAIR TABLE t DRY RUN")).toEqual(missing);
    await expect(test.rows("SELECT * FROM t")).rejects.toMatchObject({ code: "DATA_LOSS" });
    expect(await test.rows("FSCK REPAIR TABLE t")).toEqual(missing);
    expect(await test.rows("SELECT * FROM t")).toEqual([["2"]]);
    expect((await test.rows("DESCRIBE HISTORY t LIMIT 1"))[0]!.slice(4, 6)).toEqual(["FSCK", "{}"]);
  });

  it("reports a missing deletion vector and brings no deleted row back", async () => {
    await test.run(
      "CREATE TABLE t (id INT) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
    );
    await test.run("INSERT INTO t SELECT id FROM range(1000)");
    await test.run("DELETE FROM t WHERE id = 5");
    const [vector] = filesOf(/\.bin$/);
    const [data] = filesOf(/parquet$/);
    rmSync(join(root, vector!));
    const rows = [[data!, "false", join(root, vector!), "true"]];
    expect(await test.rows("FSCK REPAIR TABLE t DRY RUN")).toEqual(rows);
    await expect(test.run("FSCK REPAIR TABLE t")).rejects.toMatchObject({ code: "DATA_LOSS" });
    rmSync(join(root, data!));
    await test.run("FSCK REPAIR TABLE t");
    expect(await test.rows("SELECT * FROM t")).toEqual([]);
  });
});
