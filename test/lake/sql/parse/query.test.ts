import { describe, expect, it } from "vitest";
import type { Query, QueryBody, Relation } from "../../../../src/lake/sql/ast.ts";
import { parseStatement } from "../../../../src/lake/sql/parse/index.ts";

function parseQuery(text: string): Query {
  const statement = parseStatement(text);
  if (statement.kind !== "query") throw new Error(statement.kind);
  return statement.query;
}

function showBody(body: QueryBody): string {
  switch (body.kind) {
    case "select":
      return "s";
    case "set_operation":
      return `(${showBody(body.left)} ${body.operator}${body.all ? " all" : ""} ${showBody(body.right)})`;
    case "nested":
      return `[${showBody(body.query.body)}]`;
    case "pipe":
      return `${showBody(body.input)} ${body.operators.map((o) => `|> ${o.kind}`).join(" ")}`;
    default:
      return body.kind;
  }
}

function showRelation(r: Relation): string {
  const alias = "alias" in r && r.alias ? ` ${r.alias.name.name}` : "";
  switch (r.kind) {
    case "table":
      return r.name.parts.map((part) => part.name).join(".") + alias;
    case "join": {
      const how = r.on ? " on" : r.using ? " using" : "";
      const natural = r.natural ? "natural " : "";
      return `(${showRelation(r.left)} ${natural}${r.join} ${showRelation(r.right)}${how})`;
    }
    case "subquery":
      return `${r.lateral ? "lateral " : ""}q${alias}`;
    case "lateral_view":
      return `${showRelation(r.input)} view ${r.view.alias.name}`;
    case "pivot":
    case "unpivot":
    case "aliased":
      return `${r.kind}<${showRelation(r.input)}>${alias}`;
    default:
      return r.kind + alias;
  }
}

function from(text: string): string {
  const { body } = parseQuery(`select * from ${text}`);
  if (body.kind !== "select") throw new Error(body.kind);
  return body.from!.map(showRelation).join(", ");
}

describe("query bodies", () => {
  it.each([
    ["select 1 union select 2 intersect select 3", "(s union (s intersect s))"],
    ["select 1 except all select 2 union all select 3", "((s except all s) union all s)"],
    ["(select 1) union (select 2 limit 1) order by 1", "([s] union [s])"],
    ["((select 1))", "[[s]]"],
    ["values (1, 2) minus table t", "(values_query except table_query)"],
    [
      "from t |> where a |> aggregate sum(b) as s group by c |> order by s |> limit 1",
      "s |> where |> aggregate |> organize |> organize",
    ],
    ["select 1 union select 2 |> where true union select 3", "((s union s) |> where union s)"],
    [
      "table t |> join u using (a) |> extend 1 as x |> set y = 2 |> drop z |> as q",
      "table_query |> join |> extend |> set |> drop |> as",
    ],
  ])("%s", (text, expected) => {
    expect(showBody(parseQuery(text).body)).toBe(expected);
  });

  it("reads the clauses behind a body", () => {
    const query = parseQuery("select a from t order by a desc nulls first limit all offset 2");
    expect(query).toMatchObject({ limit: "all", offset: {}, orderBy: [{ nulls: "first" }] });
    expect(parseQuery("select a from t order by all desc").orderBy).toMatchObject({ kind: "all" });
    expect(parseQuery("select a from t distribute by b sort by c")).toMatchObject({
      distributeBy: [{}],
      sortBy: [{}],
    });
  });

  it("reads GROUP BY in its forms", () => {
    const select = (text: string) => parseQuery(`select 1 from t ${text}`).body;
    expect(select("group by all having a qualify b")).toMatchObject({
      groupBy: { kind: "all" },
      having: {},
      qualify: {},
    });
    expect(select("group by a, rollup(b, (c, d)), grouping sets ((), a, cube(b))")).toMatchObject({
      groupBy: {
        items: [
          { kind: "expression" },
          { kind: "rollup", sets: [[{}], [{}, {}]] },
          { kind: "grouping_sets" },
        ],
      },
    });
    expect(select("group by a, b with cube")).toMatchObject({ groupingModifier: { kind: "cube" } });
    expect(select("group by a, b grouping sets ((a), (a, b), ())")).toMatchObject({
      groupingModifier: { sets: [[{}], [{}, {}], []] },
    });
  });
});

describe("relations", () => {
  it.each([
    ["a, b x join c on true left semi join d using (k)", "a, ((b x inner c on) left_semi d using)"],
    ["a natural full outer join b anti join c", "((a natural full b) left_anti c)"],
    ["a cross join (b join c on true) as x", "(a cross aliased<(b inner c on)> x)"],
    ["(select 1) q, lateral (select q.a) r", "q q, lateral q r"],
    ["t lateral view outer explode(xs) e as x, y lateral view f(x) g", "t view e view g"],
    ["t pivot (sum(a) as s for b in (1 as x, 2)) p", "pivot<t>"],
    ["t unpivot include nulls (v for n in (a, b as c))", "unpivot<t>"],
    ["range(10) as r(i), values (1), (2) as v(x)", "table_function r, values v"],
    ["t tablesample (10 percent) x", "t x"],
    ["left", "left"],
  ])("%s", (text, expected) => {
    expect(from(text)).toBe(expected);
  });

  it("knows an alias from the clause behind it", () => {
    const { body } = parseQuery("select a limit, b value, c `from` from t where b");
    expect(body).toMatchObject({
      items: [
        { alias: { name: "limit" } },
        { alias: { name: "value" } },
        { alias: { name: "from" } },
      ],
    });
  });
});
