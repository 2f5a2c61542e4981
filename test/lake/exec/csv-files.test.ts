/** CSV files through `read_files`: the types Spark infers, with and without missing values. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

it("infers types from the values that are there", async () => {
  const path = join(t.folder, "people.csv");
  writeFileSync(
    path,
    "id,big,rate,day,at,ok,name,none\n" +
      '1,3000000000,1.5,2024-01-01,2024-01-01 10:00:00,true,Ada,""\n' +
      ",,,,,,,\n" +
      '"NA",NA,NA,NA,NA,NA,NA,NA\n' +
      "2,4,2,2024-02-29,2024-01-02,FALSE,12,\n",
  );
  const read = `read_files('${path}', format => 'csv', header => true, nullValue => 'NA')`;
  const { schema } = await t.lake.sql(`SELECT * FROM ${read}`);
  expect(schema.fields.map((field) => [field.name, field.type.kind])).toEqual([
    ["id", "int"],
    ["big", "long"],
    ["rate", "double"],
    ["day", "date"],
    ["at", "timestamp"],
    ["ok", "boolean"],
    ["name", "string"],
    ["none", "string"],
  ]);
  expect(await t.rows(`SELECT count(*), sum(id), sum(big) FROM ${read}`)).toEqual([
    ["4", "3", "3000000004"],
  ]);
});
