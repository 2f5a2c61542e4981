/**
 * Tables as this lake writes them, one kind each, for peers to read. `$T` stands for the table.
 * `refused` names peers that cannot read a kind, with the words of their refusal; `misread` those
 * that read it wrongly, whoever wrote it.
 */
export type PeerName = "delta-rs" | "duckdb" | "spark";

export interface WrittenTable {
  name: string;
  statements: readonly string[];
  /** Commits below the newest checkpoint are removed: a reader must take the checkpoint. */
  dropsOldCommits?: boolean;
  refused?: Partial<Record<PeerName, RegExp>>;
  misread?: Partial<Record<PeerName, string>>;
}

const COLUMNS = "id BIGINT, k INT, name STRING";
const PLAIN = `CREATE TABLE $T (${COLUMNS}) USING delta`;
const ROWS = "SELECT id, CAST(id % 3 AS INT) AS k, concat('n', id) AS name FROM range(20)";
const FILL = `INSERT INTO $T ${ROWS}`;
const MAPPED = (mode: string) => `${PLAIN} TBLPROPERTIES ('delta.columnMapping.mode' = '${mode}')`;

const TYPE_COLUMNS =
  "id INT, b BOOLEAN, t TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, dbl DOUBLE, " +
  "dec DECIMAL(38,10), small DECIMAL(7,2), mid DECIMAL(16,4), st STRING, bin BINARY, d DATE, " +
  "ts TIMESTAMP, a ARRAY<INT>, m MAP<STRING, INT>, str STRUCT<x: INT, y: STRING>, " +
  "deep ARRAY<STRUCT<p: MAP<STRING, ARRAY<BIGINT>>>>";
const TYPE_ROWS = [
  "(1, true, 1Y, 2S, 3, 4L, 1.5F, double('NaN'), 123.4567890123, 12345.67, -0.0001, 'héllo', " +
    "X'00FF', date'0001-01-01', timestamp'1969-12-31 23:59:59.999999', array(1, null), " +
    "map('k', 1, 'l', null), struct(1, 'y'), array(struct(map('a', array(1L)))))",
  `(2, ${Array(18).fill("null").join(", ")})`,
  "(3, false, -128Y, -32768S, -2147483648, -9223372036854775808L, float('Infinity'), " +
    "double('-Infinity'), -9999999999999999999999999999.9999999999, -99999.99, " +
    "123456789012.3456, '', X'', date'9999-12-31', timestamp'9999-12-31 23:59:59', array(), " +
    "map(), struct(null, null), array(null))",
];

const SPECIAL = [
  "'a b/c=d'",
  "null",
  "''",
  "'ü%'",
  "'x:y?*[z]'",
  "'it''s'",
  "'a+b&c#d'",
  "' lead'",
  "'tab\\tnl\\n'",
  "'\"q\"'",
  "'日本'",
  "'.'",
];

export const WRITTEN_TABLES: readonly WrittenTable[] = [
  { name: "empty", statements: [PLAIN] },
  { name: "append", statements: [PLAIN, FILL, "INSERT INTO $T VALUES (100, null, null)"] },
  {
    name: "types",
    statements: [
      `CREATE TABLE $T (${TYPE_COLUMNS}) USING delta`,
      `INSERT INTO $T VALUES ${TYPE_ROWS.join(", ")}`,
    ],
  },
  {
    name: "timestamp-ntz",
    statements: [
      "CREATE TABLE $T (id INT, n TIMESTAMP_NTZ) USING delta",
      "INSERT INTO $T VALUES (1, timestamp_ntz'2026-03-29 02:30:00'), (2, null), " +
        "(3, timestamp_ntz'1900-01-01 00:00:00.000001')",
    ],
  },
  {
    name: "partition-text",
    statements: [
      "CREATE TABLE $T (id INT, p STRING) USING delta PARTITIONED BY (p)",
      `INSERT INTO $T VALUES ${SPECIAL.map((text, i) => `(${i}, ${text})`).join(", ")}`,
    ],
  },
  {
    name: "partition-types",
    statements: [
      "CREATE TABLE $T (id INT, d DATE, ts TIMESTAMP, n TIMESTAMP_NTZ, b BOOLEAN, " +
        "dec DECIMAL(10,3), i BIGINT, dbl DOUBLE) USING delta " +
        "PARTITIONED BY (d, ts, n, b, dec, i, dbl)",
      "INSERT INTO $T VALUES (1, date'2026-01-02', timestamp'2026-01-02 03:04:05.678901', " +
        "timestamp_ntz'2026-03-29 02:30:00', true, 1.5, 9223372036854775807, 0.1D), " +
        "(2, null, null, null, null, null, null, null), " +
        "(3, date'0001-01-01', timestamp'1969-12-31 23:59:59', " +
        "timestamp_ntz'1900-01-01 00:00:00', false, -0.001, -1, -1e300D)",
    ],
  },
  {
    name: "checkpointed",
    statements: [
      `${PLAIN} PARTITIONED BY (k) TBLPROPERTIES ('delta.checkpointInterval' = '4')`,
      ...Array.from({ length: 9 }, (_, i) => `INSERT INTO $T VALUES (${i}, ${i % 2}, 'c${i}')`),
      "DELETE FROM $T WHERE id = 3",
      "INSERT INTO $T VALUES (50, null, null)",
    ],
    dropsOldCommits: true,
  },
  {
    name: "checkpointed-types",
    statements: [
      `CREATE TABLE $T (${TYPE_COLUMNS}) USING delta TBLPROPERTIES ` +
        "('delta.checkpointInterval' = '2', 'delta.checkpoint.writeStatsAsStruct' = 'true')",
      ...TYPE_ROWS.map((row) => `INSERT INTO $T VALUES ${row}`),
    ],
    dropsOldCommits: true,
  },
  {
    name: "v2-checkpoint",
    statements: [
      `${PLAIN} TBLPROPERTIES ('delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '3')`,
      ...Array.from({ length: 5 }, (_, i) => `INSERT INTO $T VALUES (${i}, ${i}, 'v${i}')`),
    ],
    dropsOldCommits: true,
  },
  {
    name: "overwritten",
    statements: [PLAIN, FILL, "INSERT OVERWRITE $T SELECT 7L, 8, 'only'"],
  },
  {
    name: "overwritten-partition",
    statements: [
      `${PLAIN} PARTITIONED BY (k)`,
      FILL,
      "INSERT OVERWRITE $T PARTITION (k = 1) SELECT 77L, 'new'",
    ],
  },
  {
    name: "replace-where",
    statements: [PLAIN, FILL, "INSERT INTO $T REPLACE WHERE id > 15 SELECT 16L, 1, 'replaced'"],
  },
  {
    name: "updated",
    statements: [PLAIN, FILL, "UPDATE $T SET name = upper(name), k = null WHERE id % 5 = 0"],
  },
  { name: "deleted", statements: [PLAIN, FILL, "DELETE FROM $T WHERE id BETWEEN 4 AND 9"] },
  { name: "deleted-all", statements: [PLAIN, FILL, "DELETE FROM $T"] },
  { name: "truncated", statements: [PLAIN, FILL, "TRUNCATE TABLE $T"] },
  {
    name: "partition-deleted",
    statements: [`${PLAIN} PARTITIONED BY (k)`, FILL, "DELETE FROM $T WHERE k = 2"],
  },
  {
    name: "merged",
    statements: [
      PLAIN,
      FILL,
      "MERGE INTO $T t USING (SELECT id + 15 AS id, 9 AS k, 'm' AS name FROM range(10)) s " +
        "ON t.id = s.id WHEN MATCHED AND t.id = 15 THEN DELETE WHEN MATCHED THEN UPDATE SET * " +
        "WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE AND t.id < 2 THEN DELETE",
    ],
  },
  {
    name: "merged-evolving",
    statements: [
      PLAIN,
      FILL,
      "MERGE WITH SCHEMA EVOLUTION INTO $T t USING (SELECT 3L AS id, 1.5D AS extra) s " +
        "ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
    ],
  },
  {
    name: "mapped-by-name",
    statements: [
      MAPPED("name"),
      FILL,
      "ALTER TABLE $T RENAME COLUMN name TO `full name`",
      "ALTER TABLE $T DROP COLUMN k",
      "ALTER TABLE $T ADD COLUMN extra STRUCT<a: INT, b: ARRAY<STRUCT<c: STRING>>>",
      "INSERT INTO $T VALUES (100, 'z', struct(1, array(struct('deep'))))",
      "UPDATE $T SET `full name` = 'u' WHERE id = 4",
    ],
  },
  {
    name: "mapped-by-id",
    statements: [MAPPED("id"), FILL, "DELETE FROM $T WHERE id = 4"],
  },
  {
    name: "mapped-partitioned",
    statements: [
      `CREATE TABLE $T (id BIGINT, \`the part\` STRING) USING delta PARTITIONED BY (\`the part\`) ` +
        "TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.checkpointInterval' = '2')",
      "INSERT INTO $T VALUES (1, 'a b'), (2, null), (3, 'ü')",
      "INSERT INTO $T VALUES (4, 'a b')",
      "DELETE FROM $T WHERE id = 3",
    ],
    dropsOldCommits: true,
    misread: { duckdb: "mapped partition columns are NULL, in Spark's tables too" },
  },
  {
    name: "optimized",
    statements: [
      `CREATE TABLE $T (${TYPE_COLUMNS}) USING delta`,
      ...TYPE_ROWS.map((row) => `INSERT INTO $T VALUES ${row}`),
      "OPTIMIZE $T",
    ],
  },
  {
    name: "optimized-partitions",
    statements: [
      "CREATE TABLE $T (id INT, p STRING) USING delta PARTITIONED BY (p)",
      ...[0, 100].map(
        (first) =>
          `INSERT INTO $T VALUES ${SPECIAL.map((text, i) => `(${first + i}, ${text})`).join(", ")}`,
      ),
      "OPTIMIZE $T WHERE p IS NOT NULL AND p < 'x'",
    ],
  },
  {
    name: "z-ordered",
    statements: [
      `${PLAIN} PARTITIONED BY (k)`,
      FILL,
      FILL,
      FILL,
      "OPTIMIZE $T ZORDER BY (id, name)",
    ],
  },
  {
    name: "z-ordered-partitions",
    statements: [
      "CREATE TABLE $T (id INT, p STRING) USING delta PARTITIONED BY (p)",
      `INSERT INTO $T VALUES ${SPECIAL.map((text, i) => `(${i}, ${text})`).join(", ")}`,
      "OPTIMIZE $T ZORDER BY (id)",
    ],
  },
  {
    name: "purged",
    statements: [
      "CREATE TABLE $T (id BIGINT, k INT, name STRING, gone INT) USING delta TBLPROPERTIES " +
        "('delta.columnMapping.mode' = 'name', 'delta.enableDeletionVectors' = 'true')",
      "INSERT INTO $T SELECT id, CAST(id % 3 AS INT), concat('n', id), 1 FROM range(20)",
      "DELETE FROM $T WHERE id = 3",
      "ALTER TABLE $T DROP COLUMN gone",
      "REORG TABLE $T APPLY (PURGE)",
    ],
  },
  {
    name: "constraints",
    statements: [
      "CREATE TABLE $T (id BIGINT NOT NULL, q INT) USING delta",
      "ALTER TABLE $T ADD CONSTRAINT positive CHECK (q > 0)",
      "INSERT INTO $T VALUES (1, 5), (2, 6)",
      "UPDATE $T SET q = q + 1",
    ],
  },
  {
    name: "generated",
    statements: [
      "CREATE TABLE $T (id BIGINT, ts TIMESTAMP, d DATE GENERATED ALWAYS AS (CAST(ts AS DATE))) " +
        "USING delta PARTITIONED BY (d)",
      "INSERT INTO $T (id, ts) VALUES (1, timestamp'2026-01-02 03:04:05'), (2, null)",
    ],
  },
  {
    name: "defaults",
    statements: [
      "CREATE TABLE $T (id BIGINT, v STRING DEFAULT 'dflt', n INT DEFAULT 1 + 1) USING delta " +
        "TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')",
      "INSERT INTO $T (id) VALUES (1)",
      "INSERT INTO $T VALUES (2, DEFAULT, null)",
    ],
  },
  { name: "as-select", statements: [`CREATE TABLE $T USING delta PARTITIONED BY (k) AS ${ROWS}`] },
  {
    name: "replaced",
    statements: [
      PLAIN,
      FILL,
      "CREATE OR REPLACE TABLE $T (a INT, only STRING) USING delta PARTITIONED BY (only)",
      "INSERT INTO $T VALUES (1, 'x'), (2, null)",
    ],
  },
  {
    name: "evolved",
    statements: [
      PLAIN,
      FILL,
      "ALTER TABLE $T ADD COLUMNS (first_one INT FIRST, s STRUCT<a: INT> AFTER k)",
      "ALTER TABLE $T ADD COLUMN s.b STRING",
      "INSERT INTO $T VALUES (1, 200, 3, struct(5, 'b'), 'n')",
      "UPDATE $T SET name = 'touched' WHERE id = 1",
    ],
  },
  {
    name: "evolving-insert",
    statements: [
      PLAIN,
      FILL,
      "INSERT WITH SCHEMA EVOLUTION INTO $T BY NAME SELECT 300L AS id, array(1, 2) AS extra",
    ],
  },
  {
    name: "in-commit-times",
    statements: [
      `${PLAIN} TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true')`,
      FILL,
      "DELETE FROM $T WHERE id = 1",
    ],
  },
  {
    name: "vectors-allowed",
    statements: [
      `${PLAIN} TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')`,
      FILL,
      "DELETE FROM $T WHERE id = 1",
    ],
  },
  {
    name: "hard-names",
    statements: [
      "CREATE TABLE $T (`a.b` INT, `c-d` STRING, `日本` INT, `Select` STRUCT<`x.y`: INT>) USING delta",
      "INSERT INTO $T VALUES (1, 'x', 2, struct(3))",
    ],
  },
  {
    name: "text-statistics",
    statements: [
      "CREATE TABLE $T (id INT, s STRING) USING delta",
      "INSERT INTO $T SELECT 1, repeat('ü', 40)",
      "INSERT INTO $T SELECT 2, concat(repeat('a', 31), '\u{1F600}', 'tail')",
      "INSERT INTO $T SELECT 3, repeat('z', 2000)",
    ],
  },
  {
    name: "identity",
    statements: [
      "CREATE TABLE $T (id BIGINT GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 5), " +
        "name STRING) USING delta",
      "INSERT INTO $T (name) VALUES ('a'), ('b'), (null)",
      "INSERT INTO $T VALUES (1000, 'given')",
    ],
  },
  {
    name: "widened",
    statements: [
      "CREATE TABLE $T (id INT, s SMALLINT, f FLOAT, dec DECIMAL(6,2)) USING delta " +
        "TBLPROPERTIES ('delta.enableTypeWidening' = 'true')",
      "INSERT INTO $T VALUES (1, 2, 1.5, 3.25), (2, null, 1.1, -3.25)",
      "ALTER TABLE $T ALTER COLUMN id TYPE BIGINT",
      "ALTER TABLE $T ALTER COLUMN s TYPE INT",
      "ALTER TABLE $T ALTER COLUMN f TYPE DOUBLE",
      "ALTER TABLE $T ALTER COLUMN dec TYPE DECIMAL(12,4)",
      "INSERT INTO $T VALUES (5000000000, 70000, 1e300D, 12345678.0001)",
    ],
    refused: { "delta-rs": /Unsupported table features required: \[TypeWidening\]/ },
  },
  {
    name: "change-feed",
    statements: [
      `${PLAIN} TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')`,
      FILL,
      "UPDATE $T SET name = 'u' WHERE id < 3",
      "DELETE FROM $T WHERE id = 4",
    ],
  },
  {
    name: "row-tracked",
    statements: [
      `${PLAIN} TBLPROPERTIES ('delta.enableRowTracking' = 'true')`,
      FILL,
      "UPDATE $T SET name = 'u' WHERE id < 3",
    ],
  },
];
