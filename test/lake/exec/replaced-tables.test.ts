/**
 * What CREATE OR REPLACE TABLE takes over from the table it replaces: as delta-spark 4.4 answered
 * SHOW TBLPROPERTIES after the same statements.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

/** Properties but the features, and the names of hidden columns apart. */
async function propertiesOf(table: string) {
  const rows = await t.rows(`SHOW TBLPROPERTIES ${table}`);
  const entries = rows.map(([key, value]) => [String(key), String(value)] as const);
  return {
    set: Object.fromEntries(
      entries.filter(([key]) => !/^delta\.(feature|min|rowTracking)/.test(key)),
    ),
    hidden: entries.filter(([key]) => key.startsWith("delta.rowTracking.")),
  };
}

describe("a replaced table", () => {
  it("hands on vectors, row tracking and the kind of checkpoint, and nothing else", async () => {
    await t.run(
      "CREATE TABLE a (id BIGINT, c STRING) TBLPROPERTIES ('delta.enableDeletionVectors'='false', " +
        "'delta.enableRowTracking'='true', 'delta.checkpointPolicy'='v2', 'x'='1', " +
        "'delta.columnMapping.mode'='name', 'delta.enableChangeDataFeed'='true', " +
        "'delta.enableInCommitTimestamps'='true', 'delta.logRetentionDuration'='interval 9 days')",
    );
    await t.run("INSERT INTO a VALUES (1, 'a')");
    const { hidden } = await propertiesOf("a");
    await t.run("CREATE OR REPLACE TABLE a AS SELECT 2L AS id");
    expect(hidden).toHaveLength(2);
    expect(await propertiesOf("a")).toEqual({
      set: {
        "delta.enableDeletionVectors": "false",
        "delta.enableRowTracking": "true",
        "delta.checkpointPolicy": "v2",
      },
      hidden,
    });
    expect(await t.rows("SELECT * FROM a")).toEqual([["2"]]);
  });

  it("takes what the statement says first, in any case of letters", async () => {
    await t.run(
      "CREATE TABLE b (id BIGINT) TBLPROPERTIES ('delta.enableDeletionVectors'='false', " +
        "'delta.enableRowTracking'='true')",
    );
    await t.run(
      "REPLACE TABLE b (id BIGINT) TBLPROPERTIES ('delta.enabledeletionvectors'='true', " +
        "'delta.ENABLEROWTRACKING'='false', 'y'='3')",
    );
    expect((await propertiesOf("b")).set).toEqual({
      "delta.enableDeletionVectors": "true",
      "delta.enableRowTracking": "false",
      y: "3",
    });
  });
});
