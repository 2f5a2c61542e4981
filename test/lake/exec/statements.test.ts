/** Each kind of statement once, and its mistakes: a refused statement leaves the log as it was. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

let tables = 0;
let name: string;
beforeEach(() => {
  name = `t${++tables}`;
});

function logFiles(table: string): string[] {
  const folder = join(t.folder, "lake/main/default", table, "_delta_log");
  return readdirSync(folder).filter((file) => file.endsWith(".json"));
}

/** The statement fails with this Delta or Spark condition, and nothing was committed or written. */
async function refuses(text: string, errorClass: string, table = name): Promise<void> {
  const folder = join(t.folder, "lake/main/default", table);
  const before = readdirSync(folder, { recursive: true }).sort();
  await expect(t.run(text)).rejects.toMatchObject({
    details: { error_class: expect.stringContaining(errorClass) },
  });
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
}

describe("INSERT", () => {
  it("holds rows to types, NOT NULL, CHECK and lengths", async () => {
    await t.run(`CREATE TABLE ${name} (id INT NOT NULL, code VARCHAR(3), pad CHAR(4), n TINYINT)`);
    await t.run(`ALTER TABLE ${name} ADD CONSTRAINT positive CHECK (id > 0)`);
    await t.run(`INSERT INTO ${name} VALUES (1, 'abc', 'x', 5)`);
    expect(await t.rows(`SELECT id, code, concat(pad, '|'), n FROM ${name}`)).toEqual([
      ["1", "abc", "x   |", "5"],
    ]);
    await refuses(`INSERT INTO ${name} VALUES (NULL, 'a', 'x', 1)`, "DELTA_NOT_NULL");
    await refuses(`INSERT INTO ${name} VALUES (-1, 'a', 'x', 1)`, "DELTA_VIOLATE_CONSTRAINT");
    await refuses(`INSERT INTO ${name} VALUES (1, 'abcd', 'x', 1)`, "EXCEED_LIMIT_LENGTH");
    await refuses(`INSERT INTO ${name} VALUES ('one', 'a', 'x', 1)`, "CAST_INVALID_INPUT");
    await refuses(`INSERT INTO ${name} VALUES (1, 'a', 'x', 300)`, "CAST_OVERFLOW");
    await refuses(`INSERT INTO ${name} VALUES (1)`, "NOT_ENOUGH_DATA_COLUMNS");
    await refuses(`INSERT INTO ${name} VALUES (1, 'a', 'x', 1, 2)`, "TOO_MANY_DATA_COLUMNS");
    await refuses(`INSERT INTO ${name} (id, nope) VALUES (1, 2)`, "UNRESOLVED_COLUMN");
    await refuses(`INSERT INTO ${name} BY NAME SELECT 1 AS id, 2 AS other`, "UNRESOLVED_COLUMN");
  });

  it("fills defaults and generated columns", async () => {
    await t.run(
      `CREATE TABLE ${name} (id INT, v STRING DEFAULT 'none', twice INT GENERATED ALWAYS AS (id * 2)) ` +
        "TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')",
    );
    await t.run(`INSERT INTO ${name} (id) VALUES (1)`);
    await t.run(`INSERT INTO ${name} (v, id) VALUES (DEFAULT, 2), ('x', 3)`);
    await refuses(`INSERT INTO ${name} VALUES (4, 'y', 9)`, "DELTA_VIOLATE_CONSTRAINT");
    await t.run(`UPDATE ${name} SET id = id + 10 WHERE v = 'x'`);
    expect(await t.rows(`SELECT * FROM ${name} ORDER BY id`)).toEqual([
      ["1", "none", "2"],
      ["2", "none", "4"],
      ["13", "x", "26"],
    ]);
  });

  it("overwrites everything, a partition, the partitions met, or what a predicate selects", async () => {
    await t.run(`CREATE TABLE ${name} (id INT, p STRING) PARTITIONED BY (p)`);
    const fill = `INSERT OVERWRITE ${name} VALUES (1, 'a'), (2, 'b'), (3, NULL)`;
    await t.run(fill);
    const all = () => t.rows(`SELECT id, p FROM ${name} ORDER BY id`);
    await t.run(`INSERT OVERWRITE ${name} PARTITION (p = 'b') SELECT 20`);
    expect(await all()).toEqual([
      ["1", "a"],
      ["3", null],
      ["20", "b"],
    ]);
    await t.run("SET spark.sql.sources.partitionOverwriteMode = dynamic");
    await t.run(`INSERT OVERWRITE ${name} VALUES (30, NULL)`);
    await t.run("RESET spark.sql.sources.partitionOverwriteMode");
    expect(await all()).toEqual([
      ["1", "a"],
      ["20", "b"],
      ["30", null],
    ]);
    await t.run(`INSERT INTO ${name} REPLACE WHERE id >= 20 SELECT 21, 'c'`);
    expect(await all()).toEqual([
      ["1", "a"],
      ["21", "c"],
    ]);
    await refuses(`INSERT INTO ${name} REPLACE WHERE id >= 20 SELECT 5, 'c'`, "REPLACE_WHERE");
    await t.run(fill);
    expect(await t.rows(`SELECT count(*) FROM ${name}`)).toEqual([["3"]]);
  });

  it("adds columns only when asked", async () => {
    await t.run(`CREATE TABLE ${name} (id INT, s STRUCT<a: INT>)`);
    await t.run(`INSERT INTO ${name} VALUES (1, named_struct('a', 1))`);
    await refuses(`INSERT INTO ${name} BY NAME SELECT 2 AS id, 'x' AS fresh`, "UNRESOLVED_COLUMN");
    await t.run(`INSERT WITH SCHEMA EVOLUTION INTO ${name} BY NAME SELECT 2 AS id, 'x' AS fresh`);
    expect(await t.rows(`SELECT id, fresh FROM ${name} ORDER BY id`)).toEqual([
      ["1", null],
      ["2", "x"],
    ]);
  });
});

describe("UPDATE and DELETE", () => {
  it("change only what the condition selects, NULL selecting nothing", async () => {
    await t.run(`CREATE TABLE ${name} (id INT, v STRING, s STRUCT<x: INT, y: INT>)`);
    await t.run(
      `INSERT INTO ${name} VALUES (1, 'a', named_struct('x', 1, 'y', 1)), (2, NULL, NULL), (3, 'c', NULL)`,
    );
    expect(await t.rows(`UPDATE ${name} SET s.x = id * 10, v = upper(v) WHERE v = 'a'`)).toEqual([
      ["1"],
    ]);
    expect(await t.rows(`DELETE FROM ${name} WHERE v <> 'c'`)).toEqual([["1"]]);
    expect(await t.rows(`SELECT id FROM ${name} ORDER BY id`)).toEqual([["2"], ["3"]]);
    const commits = logFiles(name).length;
    expect(await t.rows(`DELETE FROM ${name} WHERE id = 99`)).toEqual([["0"]]);
    expect(logFiles(name)).toHaveLength(commits);
    expect(await t.rows(`DELETE FROM ${name}`)).toEqual([["2"]]);
    expect(await t.rows(`SELECT count(*) FROM ${name}`)).toEqual([["0"]]);
  });

  it("refuse unknown and repeated columns, changing functions, and append-only tables", async () => {
    await t.run(`CREATE TABLE ${name} (id INT) TBLPROPERTIES ('delta.appendOnly' = 'true')`);
    await t.run(`INSERT INTO ${name} VALUES (1), (2)`);
    await refuses(`UPDATE ${name} SET nope = 1`, "UNRESOLVED_COLUMN");
    await refuses(`UPDATE ${name} SET id = 1, id = 2`, "DELTA_CONFLICT_SET_COLUMN");
    await refuses(`DELETE FROM ${name} WHERE rand() > 0.5`, "NON_DETERMINISTIC");
    await refuses(`DELETE FROM ${name} WHERE id = 1`, "DELTA_CANNOT_MODIFY_APPEND_ONLY");
  });
});

describe("MERGE", () => {
  const source = "(SELECT * FROM VALUES (1, 'one'), (2, 'two'), (9, 'nine') AS s(id, v)) AS s";

  beforeEach(async () => {
    await t.run(`CREATE TABLE ${name} (id INT, v STRING)`);
    await t.run(`INSERT INTO ${name} VALUES (1, 'a'), (2, 'b')`);
    await t.run(`INSERT INTO ${name} VALUES (3, 'c'), (4, 'd')`);
  });

  it("takes the first clause that applies", async () => {
    const merged = await t.rows(
      `MERGE INTO ${name} AS t USING ${source} ON t.id = s.id ` +
        "WHEN MATCHED AND s.id = 1 THEN UPDATE SET v = concat(t.v, s.v) WHEN MATCHED THEN DELETE " +
        "WHEN NOT MATCHED AND s.id > 100 THEN INSERT (id) VALUES (0) " +
        "WHEN NOT MATCHED THEN INSERT (v, id) VALUES (s.v, s.id) " +
        "WHEN NOT MATCHED BY SOURCE AND t.id = 3 THEN UPDATE SET v = 'orphan' " +
        "WHEN NOT MATCHED BY SOURCE THEN DELETE",
    );
    expect(merged).toEqual([["5", "2", "2", "1"]]);
    expect(await t.rows(`SELECT * FROM ${name} ORDER BY id`)).toEqual([
      ["1", "aone"],
      ["3", "orphan"],
      ["9", "nine"],
    ]);
  });

  it("is an append without matching clauses", async () => {
    const result = await t.run(
      `MERGE INTO ${name} t USING ${source} ON t.id = s.id WHEN NOT MATCHED THEN INSERT *`,
    );
    expect(result.commit).toMatchObject({ filesAdded: 1, filesRemoved: 0 });
    expect(await t.rows(`SELECT count(*) FROM ${name}`)).toEqual([["5"]]);
  });

  it("refuses a target row matched twice, except by one unconditional DELETE", async () => {
    const twice = "(SELECT 1 AS id, 'x' AS v UNION ALL SELECT 1, 'y') s";
    await refuses(
      `MERGE INTO ${name} t USING ${twice} ON t.id = s.id WHEN MATCHED THEN UPDATE SET *`,
      "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE",
    );
    expect(
      await t.rows(`MERGE INTO ${name} t USING ${twice} ON t.id = s.id WHEN MATCHED THEN DELETE`),
    ).toEqual([["1", "0", "1", "0"]]);
    const narrowed =
      `MERGE INTO ${name} t USING (SELECT 2 AS id, 'x' AS v UNION ALL SELECT 2, 'y') s ` +
      "ON t.id = s.id WHEN MATCHED AND s.v = 'y' THEN UPDATE SET *";
    expect(await t.rows(narrowed)).toEqual([["1", "1", "0", "0"]]);
  });

  it("never matches NULL keys and leaves untouched files alone", async () => {
    await t.run(`INSERT INTO ${name} VALUES (NULL, 'null')`);
    const result = await t.run(
      `MERGE INTO ${name} t USING (SELECT CAST(NULL AS INT) AS id, 'n' AS v UNION ALL SELECT 1, 'one') s ` +
        "ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
    );
    expect(result.commit).toMatchObject({ filesRemoved: 1 });
    expect(await t.rows(`SELECT count(*) FROM ${name} WHERE id IS NULL`)).toEqual([["2"]]);
  });

  it("adds columns only with schema evolution", async () => {
    const wider = "(SELECT 1 AS id, 'one' AS v, 7 AS extra UNION ALL SELECT 8, 'eight', 8) s";
    const clauses = "ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *";
    await t.run(`MERGE INTO ${name} t USING ${wider} ${clauses}`);
    expect(await t.rows(`SELECT * FROM ${name} WHERE id = 8`)).toEqual([["8", "eight"]]);
    await t.run(`MERGE WITH SCHEMA EVOLUTION INTO ${name} t USING ${wider} ${clauses}`);
    expect(await t.rows(`SELECT id, extra FROM ${name} ORDER BY id`)).toEqual([
      ["1", "7"],
      ["2", null],
      ["3", null],
      ["4", null],
      ["8", "8"],
    ]);
  });
});

describe("ALTER TABLE", () => {
  it("adds, renames and drops columns under column mapping", async () => {
    await t.run(`CREATE TABLE ${name} (a INT, b INT)`);
    await t.run(`INSERT INTO ${name} VALUES (1, 2)`);
    await refuses(`ALTER TABLE ${name} DROP COLUMN b`, "DELTA_UNSUPPORTED_DROP_COLUMN");
    await refuses(`ALTER TABLE ${name} ADD COLUMN a INT`, "FIELD_ALREADY_EXISTS");
    await t.run(`ALTER TABLE ${name} ADD COLUMN (c STRING COMMENT 'third' FIRST)`);
    await t.run(`ALTER TABLE ${name} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')`);
    await t.run(`ALTER TABLE ${name} RENAME COLUMN b TO z`);
    await t.run(`ALTER TABLE ${name} DROP COLUMN a`);
    await t.run(`INSERT INTO ${name} VALUES ('x', 5)`);
    expect(await t.rows(`SELECT * FROM ${name} ORDER BY z`)).toEqual([
      [null, "2"],
      ["x", "5"],
    ]);
  });

  it("checks existing rows against new rules", async () => {
    await t.run(`CREATE TABLE ${name} (a INT)`);
    await t.run(`INSERT INTO ${name} VALUES (1), (NULL)`);
    await refuses(`ALTER TABLE ${name} ADD CONSTRAINT c CHECK (a > 0)`, "NEW_CHECK_CONSTRAINT");
    await refuses(`ALTER TABLE ${name} ALTER COLUMN a SET NOT NULL`, "NOT_NULL_CONSTRAINT");
    await refuses(`ALTER TABLE ${name} ADD CONSTRAINT c CHECK (nope > 0)`, "UNRESOLVED_COLUMN");
    await t.run(`DELETE FROM ${name} WHERE a IS NULL`);
    await t.run(`ALTER TABLE ${name} ADD CONSTRAINT c CHECK (a > 0)`);
    await t.run(`ALTER TABLE ${name} DROP CONSTRAINT c`);
    await refuses(`ALTER TABLE ${name} DROP CONSTRAINT c`, "CONSTRAINT_DOES_NOT_EXIST");
    await t.run(`ALTER TABLE ${name} DROP CONSTRAINT IF EXISTS c`);
  });

  it("renames a table and refuses a name that is taken", async () => {
    await t.run(`CREATE TABLE ${name} (a INT)`);
    await t.run(`CREATE TABLE ${name}_other (a INT)`);
    await expect(t.run(`ALTER TABLE ${name} RENAME TO ${name}_other`)).rejects.toThrow(/exists/);
    await t.run(`ALTER TABLE ${name} RENAME TO ${name}_new`);
    expect(await t.rows(`SELECT count(*) FROM ${name}_new`)).toEqual([["0"]]);
  });
});

describe("CREATE TABLE", () => {
  it("replaces on the same log, adopts a location, copies a definition", async () => {
    await t.run(`CREATE TABLE ${name} (a INT NOT NULL) COMMENT 'first'`);
    await t.run(`CREATE OR REPLACE TABLE ${name} AS SELECT 1 AS b, 'x' AS c`);
    expect(await t.rows(`SELECT * FROM ${name}@v0`)).toEqual([]);
    const location = join(t.folder, "lake/main/default", name);
    await t.run(`CREATE TABLE ${name}_ext USING delta LOCATION '${location}'`);
    expect(await t.rows(`SELECT * FROM ${name}_ext`)).toEqual([["1", "x"]]);
    await t.run(`DROP TABLE ${name}_ext`);
    expect(await t.rows(`SELECT * FROM delta.\`${location}\``)).toEqual([["1", "x"]]);
    await t.run(`CREATE TABLE ${name}_like LIKE ${name}`);
    expect(await t.rows(`DESCRIBE ${name}_like`)).toEqual([
      ["b", "int", null],
      ["c", "string", null],
    ]);
    await expect(t.run(`CREATE TABLE ${name} (a INT)`)).rejects.toMatchObject({
      code: "RESOURCE_ALREADY_EXISTS",
    });
    await t.run(`CREATE TABLE IF NOT EXISTS ${name} (a INT)`);
  });

  it("leaves no table behind when its query fails", async () => {
    await expect(
      t.run(`CREATE TABLE ${name} AS SELECT CAST(v AS INT) AS n FROM VALUES ('1'), ('x') AS s(v)`),
    ).rejects.toMatchObject({ details: { error_class: "CAST_INVALID_INPUT" } });
    expect(await t.rows(`SHOW TABLES LIKE '${name}'`)).toEqual([]);
    await t.run(`CREATE TABLE ${name} (n INT)`);
  });

  it("refuses what is not built by name", async () => {
    for (const [text, word] of [
      [`CREATE TABLE ${name} (id INT) CLUSTER BY (id)`, /CLUSTER BY/],
      [`CREATE TABLE ${name} (id INT) USING parquet`, /parquet/],
      ["VACUUM anything USING INVENTORY i", /VACUUM/],
    ] as const) {
      await expect(t.run(text)).rejects.toMatchObject({
        code: "NOT_IMPLEMENTED",
        message: expect.stringMatching(word),
      });
    }
  });
});

describe("COPY INTO", () => {
  it("loads each file once, together with its rows", async () => {
    const landing = join(t.folder, "landing");
    mkdirSync(landing, { recursive: true });
    writeFileSync(join(landing, "one.csv"), 'id,note\n1,"a, b"\n2,\n');
    await t.run(`CREATE TABLE ${name} (id INT, note STRING)`);
    const copy = `COPY INTO ${name} FROM 'landing' FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true')`;
    expect(await t.rows(copy)).toEqual([["2", "2", "0"]]);
    expect(await t.rows(copy)).toEqual([["0", "0", "0"]]);
    writeFileSync(join(landing, "two.csv"), "id,note\n3,c\n");
    expect(await t.rows(copy)).toEqual([["1", "1", "0"]]);
    writeFileSync(join(landing, "three.csv"), "id,note,extra\n4,d,x\n");
    await refuses(copy, "UNRESOLVED_COLUMN");
    expect(await t.rows(`${copy} COPY_OPTIONS ('mergeSchema' = 'true')`)).toEqual([
      ["1", "1", "0"],
    ]);
    expect(await t.rows(`SELECT * FROM ${name} ORDER BY id`)).toEqual([
      ["1", "a, b", null],
      ["2", null, null],
      ["3", "c", null],
      ["4", "d", "x"],
    ]);
  });

  it("takes a SELECT over the files", async () => {
    const folder = join(t.folder, "landing-json");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "a.json"), '{"id": 1, "at": "2024-05-01", "tags": ["x"]}\n');
    await t.run(`CREATE TABLE ${name} (id BIGINT, day DATE, source STRING)`);
    await t.run(
      `COPY INTO ${name} FROM (SELECT id, CAST(at AS DATE) AS day, _metadata.file_name AS source ` +
        "FROM 'landing-json') FILEFORMAT = JSON",
    );
    expect(await t.rows(`SELECT * FROM ${name}`)).toEqual([["1", "2024-05-01", "a.json"]]);
  });
});

describe("views and SHOW", () => {
  it("keeps a view's namespace and refuses a temporary one below it", async () => {
    await t.run("CREATE SCHEMA IF NOT EXISTS other");
    await t.run(`CREATE TABLE ${name} (a INT)`);
    await t.run(`INSERT INTO ${name} VALUES (1), (2)`);
    await t.run(`CREATE VIEW ${name}_v (twice) AS SELECT a * 2 FROM ${name}`);
    await t.run("USE other");
    expect(await t.rows(`SELECT * FROM default.${name}_v ORDER BY twice`)).toEqual([["2"], ["4"]]);
    await t.run("USE default");
    await t.run(`CREATE TEMPORARY VIEW ${name}_tmp AS SELECT 1 AS one`);
    await expect(t.run(`CREATE VIEW bad AS SELECT * FROM ${name}_tmp`)).rejects.toMatchObject({
      details: { error_class: "INVALID_TEMP_OBJ_REFERENCE" },
    });
    await expect(t.run(`DROP TABLE ${name}_v`)).rejects.toThrow(/is a view/);
    await t.run(`DROP VIEW ${name}_v`);
    await t.run(`DROP VIEW ${name}_tmp`);
  });

  it("lists columns, properties, partitions and a statement that makes the table again", async () => {
    await t.run(
      `CREATE TABLE ${name} (a INT COMMENT 'it''s', b STRING) PARTITIONED BY (b) TBLPROPERTIES ('k' = 'v')`,
    );
    await t.run(`INSERT INTO ${name} VALUES (1, 'x'), (2, NULL)`);
    expect(await t.rows(`SHOW COLUMNS IN ${name}`)).toEqual([["a"], ["b"]]);
    expect(await t.rows(`SHOW PARTITIONS ${name}`)).toEqual([["b=null"], ["b=x"]]);
    expect(await t.rows(`SHOW TBLPROPERTIES ${name} ('k')`)).toEqual([["k", "v"]]);
    const [[text]] = (await t.rows(`SHOW CREATE TABLE ${name}`)) as [[string]];
    await t.run(text.replace(`main.default.${name}`, `${name}_again`));
    expect(await t.rows(`DESCRIBE ${name}_again`)).toEqual(await t.rows(`DESCRIBE ${name}`));
  });

  it("answers information_schema", async () => {
    await t.run(`CREATE TABLE ${name} (a INT NOT NULL, b DECIMAL(10,2))`);
    expect(
      await t.rows(
        "SELECT column_name, is_nullable, full_data_type FROM information_schema.columns " +
          `WHERE table_name = '${name}' ORDER BY ordinal_position`,
      ),
    ).toEqual([
      ["a", "NO", "INT"],
      ["b", "YES", "DECIMAL(10,2)"],
    ]);
  });
});

describe("CREATE TABLE LIKE", () => {
  it("gives the copy the columns, rules, properties and features, and no rows", async () => {
    await t.run(
      `CREATE TABLE ${name} (id INT NOT NULL, z INT DEFAULT 3) ` +
        "TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported', 'own' = 'kept')",
    );
    await t.run(`ALTER TABLE ${name} ADD CONSTRAINT positive CHECK (id > 0)`);
    await t.run(`INSERT INTO ${name} (id) VALUES (1)`);
    await t.run(`CREATE TABLE ${name}_copy LIKE ${name}`);
    await t.run(`INSERT INTO ${name}_copy (id) VALUES (2)`);
    expect(await t.rows(`SELECT * FROM ${name}_copy`)).toEqual([["2", "3"]]);
    expect(await t.rows(`SHOW TBLPROPERTIES ${name}_copy ('own')`)).toEqual([["own", "kept"]]);
    await refuses(
      `INSERT INTO ${name}_copy VALUES (0, 0)`,
      "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
      `${name}_copy`,
    );
  });
});
