import { describe, expect, it } from "vitest";
import { createFixedClock } from "../../../../src/core/clock.ts";
import type { Protocol } from "../../../../src/lake/delta/types.ts";
import {
  changeTable,
  defineTable,
  tableActions,
} from "../../../../src/lake/delta/write/table-create.ts";
import { readTableProperties } from "../../../../src/lake/delta/write/table-properties.ts";
import { parseInterval } from "../../../../src/lake/delta/write/table-property.ts";
import * as T from "../../../../src/lake/schema/data-type.ts";

const f = T.structField;
const clock = createFixedClock(1000);
const define = (
  fields: T.StructField[],
  properties: Record<string, string> = {},
  partitionColumns: string[] = [],
) => defineTable({ schema: T.structType(fields), properties, partitionColumns, clock });
const ID = f("id", T.LONG);
const lists = (minReaderVersion: number, writer: string[], reader?: string[]): Protocol => ({
  minReaderVersion,
  minWriterVersion: 7,
  ...(reader && { readerFeatures: reader }),
  writerFeatures: [...writer, "appendOnly", "invariants"].sort(),
});

describe("the lowest protocol", () => {
  const ntz = f("n", T.arrayType(T.structType([f("x", T.TIMESTAMP_NTZ)])));
  it.each<[string, T.StructField[], Record<string, string>, Protocol]>([
    ["plain", [ID], { "my.key": "1" }, { minReaderVersion: 1, minWriterVersion: 2 }],
    [
      "append-only",
      [ID],
      { "delta.appendOnly": "true" },
      { minReaderVersion: 1, minWriterVersion: 2 },
    ],
    ["change feed", [ID], { "delta.enableChangeDataFeed": "true" }, lists(1, ["changeDataFeed"])],
    ["nested NTZ", [ID, ntz], {}, lists(3, ["timestampNtz"], ["timestampNtz"])],
    ["column mapping", [ID], { "delta.columnMapping.mode": "id" }, lists(2, ["columnMapping"])],
    [
      "mapping and NTZ",
      [ntz],
      { "delta.columnMapping.mode": "name" },
      lists(3, ["columnMapping", "timestampNtz"], ["columnMapping", "timestampNtz"]),
    ],
    [
      "deletion vectors",
      [ID],
      { "delta.enableDeletionVectors": "TRUE" },
      lists(3, ["deletionVectors"], ["deletionVectors"]),
    ],
    [
      "off",
      [ID],
      { "delta.enableDeletionVectors": "false" },
      { minReaderVersion: 1, minWriterVersion: 2 },
    ],
    [
      "generated",
      [f("d", T.DATE, true, { "delta.generationExpression": "CAST(ts AS DATE)" })],
      {},
      lists(1, ["generatedColumns"]),
    ],
    [
      "defaults",
      [f("d", T.INT, true, { CURRENT_DEFAULT: "1" })],
      { "delta.feature.allowColumnDefaults": "supported" },
      lists(1, ["allowColumnDefaults"]),
    ],
    [
      "row tracking",
      [ID],
      { "delta.enableRowTracking": "true" },
      lists(1, ["domainMetadata", "rowTracking"]),
    ],
    [
      "version asked for",
      [ID],
      { "delta.minWriterVersion": "4" },
      { minReaderVersion: 1, minWriterVersion: 4 },
    ],
    [
      "versions asked for",
      [ID],
      { "delta.minReaderVersion": "2", "delta.minWriterVersion": "5" },
      { minReaderVersion: 2, minWriterVersion: 5 },
    ],
  ])("%s", (_name, fields, properties, protocol) => {
    expect(define(fields, properties).protocol).toEqual(protocol);
  });

  it("rises from where the table is, and never sinks", () => {
    const legacy = {
      protocol: { minReaderVersion: 1, minWriterVersion: 4 },
      metadata: define([ID]).metadata,
    };
    const raised = changeTable(legacy, {
      setProperties: { "delta.enableDeletionVectors": "true" },
    });
    expect(raised.protocol).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["deletionVectors"],
      writerFeatures: [
        "appendOnly",
        "changeDataFeed",
        "checkConstraints",
        "deletionVectors",
        "generatedColumns",
        "invariants",
      ],
    });
    const unset = changeTable(raised, { unsetProperties: ["delta.ENABLEdeletionVectors"] });
    expect(unset.protocol).toBe(raised.protocol);
    expect(unset.metadata.configuration).toEqual({});
    const constraint = changeTable(
      { ...define([ID]) },
      { internalProperties: { "delta.constraints.c": "id > 0" } },
    );
    expect(constraint.protocol).toEqual({ minReaderVersion: 1, minWriterVersion: 3 });
  });

  it("needs a named feature for defaults", () => {
    expect(() => define([f("d", T.INT, true, { CURRENT_DEFAULT: "1" })])).toThrow(
      /allowColumnDefaults/,
    );
  });
});

describe("a table's metadata", () => {
  it("is what the statement says", () => {
    const { metadata } = defineTable({
      schema: T.structType([ID, f("p", T.STRING)]),
      partitionColumns: ["p"],
      properties: { "delta.CHECKPOINTinterval": "5", "delta.feature.domainMetadata": "supported" },
      description: "hello",
      clock,
    });
    expect(metadata).toMatchObject({
      description: "hello",
      format: { provider: "parquet", options: {} },
      partitionColumns: ["p"],
      configuration: { "delta.checkpointInterval": "5" },
      createdTime: 1000,
    });
    expect(metadata.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(metadata.configuration).not.toHaveProperty("delta.feature.domainMetadata");
  });

  it("keeps physical names when mapping is turned on later, and makes new ones after", () => {
    const table = define([ID, f("s", T.structType([f("x", T.INT)]))]);
    const mapped = changeTable(table, { setProperties: { "delta.columnMapping.mode": "name" } });
    expect(mapped.metadata.configuration["delta.columnMapping.maxColumnId"]).toBe("3");
    expect(mapped.metadata.schemaString).toContain('"delta.columnMapping.physicalName":"x"');
    const wider = changeTable(mapped, { schema: T.structType([f("full name", T.STRING), ID]) });
    expect(wider.metadata.schemaString).toMatch(
      /"full name".*"delta.columnMapping.id":4.*"col-[0-9a-f-]{36}"/,
    );
  });

  it("gives no action when nothing changes", () => {
    const table = define([ID], { a: "1" });
    expect(tableActions(table, changeTable(table, { setProperties: { a: "1" } }))).toEqual([]);
    expect(tableActions(null, table).map((action) => Object.keys(action)[0])).toEqual([
      "metaData",
      "protocol",
    ]);
  });
});

describe("refused", () => {
  it.each<[string, () => unknown, RegExp, string]>([
    [
      "an unknown property",
      () => define([ID], { "delta.appendOnyl": "true" }),
      /unknown table property `delta.appendOnyl`/,
      "did you mean `delta.appendOnly`?",
    ],
    [
      "a wrong boolean",
      () => define([ID], { "delta.appendOnly": "yes" }),
      /must be `true` or `false`, not `yes`/,
      "correct the value",
    ],
    [
      "a wrong interval",
      () => define([ID], { "delta.logRetentionDuration": "1 month" }),
      /must be an interval/,
      "correct the value",
    ],
    [
      "a range",
      () => define([ID], { "delta.checkpointInterval": "0" }),
      /at least 1/,
      "correct the value",
    ],
    [
      "an internal property",
      () => define([ID], { "delta.columnMapping.maxColumnId": "9" }),
      /kept by Delta writers/,
      "leave it out",
    ],
    [
      "a constraint as a property",
      () => define([ID], { "delta.constraints.x": "1" }),
      /constraints are not set/,
      "use ALTER TABLE … ADD CONSTRAINT … CHECK (…)",
    ],
    [
      "an unknown feature",
      () => define([ID], { "delta.feature.deletionVector": "supported" }),
      /unknown table feature/,
      "did you mean `delta.feature.deletionVectors`?",
    ],
    [
      "a version",
      () => define([ID], { "delta.minReaderVersion": "4" }),
      /from 1 to 3/,
      "correct the value",
    ],
    [
      "a name twice",
      () => define([ID, f("ID", T.INT)]),
      /`ID` appears twice/,
      "rename one of them; letter case does not tell columns apart",
    ],
    [
      "an awkward name",
      () => define([f("a b", T.INT)]),
      /has a space/,
      "rename it, or set 'delta.columnMapping.mode' = 'name'",
    ],
    [
      "a missing partition column",
      () => define([ID], {}, ["x"]),
      /`x` is not a column/,
      "its columns are `id`",
    ],
    [
      "all columns as partition",
      () => define([ID], {}, ["id"]),
      /all of its columns/,
      "leave at least one column out of PARTITIONED BY",
    ],
    [
      "a complex partition column",
      () => define([ID, f("a", T.arrayType(T.INT))], {}, ["a"]),
      /ARRAY<INT>/,
      "partition by a column of a simple type",
    ],
    [
      "mapping by id later",
      () => changeTable(define([ID]), { setProperties: { "delta.columnMapping.mode": "id" } }),
      /cannot change from `none` to `id`/,
      "only `none` to `name` is possible; write the data into a new table instead",
    ],
  ])("%s", (_name, run, message, hint) => {
    expect(run).toThrow(message);
    try {
      run();
    } catch (error) {
      expect(error).toMatchObject({ code: "INVALID_PARAMETER_VALUE", hint });
    }
  });
});

describe("intervals", () => {
  it.each([
    ["interval 7 days", 7 * 86_400_000],
    ["2 weeks", 14 * 86_400_000],
    ["INTERVAL 1 day 12 hours", 36 * 3_600_000],
    ["interval 0 seconds", 0],
    ["1 month", null],
    ["7", null],
    ["", null],
  ])("%j", (text, milliseconds) => {
    expect(parseInterval(text)).toBe(milliseconds);
  });
});

describe("properties", () => {
  it("keep user keys and values as they are", () => {
    expect(readTableProperties({ "My.Key": "V", "delta.minWriterVersion": "3" })).toEqual({
      configuration: { "My.Key": "V" },
      features: [],
      minWriterVersion: 3,
    });
  });
});
