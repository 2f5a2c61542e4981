/** What the rules leave of a plan: columns of scans and predicates for pruning files. */
import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../../../src/lake/delta/types.ts";
import {
  DATE,
  INT,
  LONG,
  STRING,
  structField,
  structType,
} from "../../../../src/lake/schema/data-type.ts";
import { createBindContext, type RelationSource } from "../../../../src/lake/sql/bind/context.ts";
import { preloadRelations } from "../../../../src/lake/sql/bind/preload.ts";
import { bindQuery } from "../../../../src/lake/sql/bind/query.ts";
import { parseStatement } from "../../../../src/lake/sql/parse/index.ts";
import { outputOf, type Plan, type ScanPlan } from "../../../../src/lake/sql/plan/plan.ts";
import { optimizePlan } from "../../../../src/lake/sql/plan/rules/index.ts";
import { walkPlan } from "../../../../src/lake/sql/plan/transform.ts";

const namespace = { catalog: "main", schema: "default" };
const schema = structType([
  structField("id", LONG),
  structField("n", INT),
  structField("name", STRING),
  structField("day", DATE),
]);

const source: RelationSource = {
  lookup: async (request) => {
    const name = request.nameParts.at(-1)!;
    if (!["t", "u"].includes(name)) return null;
    const qualifier = ["main", "default", name];
    return {
      kind: "table",
      qualifier,
      plan: (allocate) => ({
        kind: "scan",
        snapshot: { schema } as unknown as Snapshot,
        tableName: name,
        prune: null,
        output: schema.fields.map((f) => ({ ...f, id: allocate(), qualifier })),
      }),
    };
  },
};

async function optimize(sql: string): Promise<Plan> {
  const statement = parseStatement(sql);
  if (statement.kind !== "query") throw new Error("not a query");
  const relations = await preloadRelations(statement, { source, namespace });
  return optimizePlan(bindQuery(statement.query, createBindContext({ namespace, relations })));
}

function scansOf(plan: Plan): ScanPlan[] {
  const scans: ScanPlan[] = [];
  walkPlan(plan, (node) => {
    if (node.kind === "scan") scans.push(node);
  });
  return scans;
}

async function columns(sql: string): Promise<string[][]> {
  return scansOf(await optimize(sql)).map((scan) => scan.output.map((a) => a.name));
}

async function predicates(sql: string): Promise<ScanPlan["prune"][]> {
  return scansOf(await optimize(sql)).map((scan) => scan.prune);
}

describe("column pruning", () => {
  it("keeps what is shown, filtered, joined and sorted by", async () => {
    expect(await columns("select name from t where n > 1 order by day")).toEqual([
      ["n", "name", "day"],
    ]);
    expect(await columns("select t.name from t join u on t.id = u.id")).toEqual([
      ["id", "name"],
      ["id"],
    ]);
    expect(await columns("select count(*) from t")).toEqual([[]]);
    expect(await columns("select max(n) from t group by name")).toEqual([["n", "name"]]);
  });

  it("keeps columns that a correlated subquery looks at", async () => {
    const sql = "select name from t where exists (select 1 from u where u.id = t.id)";
    expect(await columns(sql)).toEqual([["id"], ["id", "name"]]);
  });

  it("keeps every column that DISTINCT and set operations compare", async () => {
    expect(await columns("select count(*) from (select distinct id, n from t)")).toEqual([
      ["id", "n"],
    ]);
  });

  it("leaves the result's columns alone", async () => {
    const plan = await optimize("select * from t where id = 1");
    expect(outputOf(plan).map((a) => a.name)).toEqual(["id", "n", "name", "day"]);
  });
});

describe("predicates for pruning", () => {
  it("reads comparisons through widening casts", async () => {
    expect(await predicates("select * from t where id = 5 and n < 7L")).toEqual([
      {
        kind: "and",
        args: [
          { kind: "compare", op: "=", column: ["id"], value: { kind: "long", value: 5n } },
          { kind: "compare", op: "<", column: ["n"], value: { kind: "long", value: 7n } },
        ],
      },
    ]);
  });

  it("reads dates, IN and IS NULL", async () => {
    expect(await predicates("select * from t where day >= date'1970-01-03'")).toEqual([
      { kind: "compare", op: ">=", column: ["day"], value: { kind: "date", value: 2 } },
    ]);
    expect(await predicates("select * from t where name in ('a', 'b') or name is null")).toEqual([
      {
        kind: "or",
        args: [
          {
            kind: "in",
            column: ["name"],
            values: [
              { kind: "string", value: "a" },
              { kind: "string", value: "b" },
            ],
          },
          { kind: "is_null", column: ["name"] },
        ],
      },
    ]);
  });

  it("leaves out what it cannot read and casts that lose values", async () => {
    expect(await predicates("select * from t where upper(name) = 'A'")).toEqual([null]);
    expect(await predicates("select * from t where cast(id as int) = 5")).toEqual([null]);
    expect(await predicates("select * from t where n / 2 > 1")).toEqual([null]);
  });

  it("does not pass the side of an outer join that makes NULL rows", async () => {
    const sql = "select * from t left join u on t.id = u.id and u.n = 1 where t.n = 2 and u.n = 3";
    const [left, right] = await predicates(sql);
    expect(JSON.stringify(left, big)).toContain('"value":"2"');
    expect(JSON.stringify(right, big)).toContain('"value":"1"');
    expect(JSON.stringify(right, big)).not.toContain('"value":"3"');
  });

  it("stops at limits and at aggregates that do not group by the column", async () => {
    expect(await predicates("select * from (select * from t limit 3) where n = 1")).toEqual([null]);
    expect(await predicates("select * from (select max(n) m from t) where m = 1")).toEqual([null]);
    const grouped = "select * from (select n, count(*) c from t group by n) where n = 1";
    expect(await predicates(grouped)).toEqual([
      { kind: "compare", op: "=", column: ["n"], value: { kind: "long", value: 1n } },
    ]);
  });

  it("drops the scan behind a condition that is never true", async () => {
    expect(await predicates("select * from t where false")).toEqual([]);
    expect(await predicates("select id from t where true")).toEqual([null]);
  });
});

function big(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
