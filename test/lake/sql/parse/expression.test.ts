import { describe, expect, it } from "vitest";
import { parseExpression } from "../../../../src/lake/sql/parse/index.ts";
import { showTree } from "./show-tree.ts";

const tree = (text: string) => showTree(parseExpression(text));

describe("precedence of operators", () => {
  it.each([
    ["a or b and not c = d", "(a or (b and (not (c = d))))"],
    ["1 + 2 * 3 - 4 div 5", "((1 + (2 * 3)) - (4 div 5))"],
    ["a || b + c", "((a || b) + c)"],
    ["a | b ^ c & d << 1 + 2", "(a | (b ^ (c & (d << (1 + 2)))))"],
    ["a >> 1 >>> 2", "((a >> 1) >>> 2)"],
    ["a < b = c", "((a < b) = c)"],
    ["a == b <> c", "((a = b) != c)"],
    ["a !< b !> c", "((a >= b) <= c)"],
    ["- a.b[0]::int", "(- cast(a.b[0] int))"],
    ["-1::int", "cast(-1 int)"],
    ["2 -1", "(2 - 1)"],
    ["2 - -1", "(2 - -1)"],
    ["~a + + b", "((~ a) + (+ b))"],
    ["not a is null", "(not is null(a))"],
    ["! exists(xs, x -> x)", "(not exists(xs, (x) -> x))"],
    ["a = b is not null", "not is null((a = b))"],
    ["a between 1 and 2 and b", "(between(a, 1, 2) and b)"],
    ["a not between 1 and 2 or b not in (1, 2)", "(not between(a, 1, 2) or not in(b, 1, 2))"],
    ["a in (select 1)", "in query(a)"],
    ["a in ((select 1))", "in(a, scalar_query)"],
    ["a is not distinct from b + 1", "not distinct(a, (b + 1))"],
    [
      "a like 'x' and b not rlike 'y' or c ilike 'z'",
      "((like(a, 'x') and not rlike(b, 'y')) or ilike(c, 'z'))",
    ],
    ["a and b and c and d", "((a and b) and (c and d))"],
    ["v:a.b[0]['c d']::string", "cast(v:a.b[0]['c d'] string)"],
    ["f(x).y[1].z", "f(x).y[1].z"],
    ["(a, b) -> a + b", "(a, b) -> (a + b)"],
    ["((1), 2)", "row(1, 2)"],
    ["case a when 1 then 'x' else 'y' end", "case(a; 1: 'x'; 'y')"],
    ["case 'a' when 'b' then 1 end", "case('a'; 'b': 1)"],
    ["a > b > > c".replace("> >", ">>"), "(a > (b >> c))"],
  ])("%s", (text, expected) => {
    expect(tree(text)).toBe(expected);
  });

  it.each(["a is null is null", "a = ", "a in ()", "a between 1", "1 2 3", "(a", "a like any ()"])(
    "refuses %s",
    (text) => {
      expect(() => parseExpression(text)).toThrow(/expected|no pattern/);
    },
  );
});

describe("functions with keywords", () => {
  it.each([
    ["extract(year from d)", "extract('year', d)"],
    ["substring(s from 2 for 3)", "substring(s, 2, 3)"],
    ["substring(s, 2)", "substring(s, 2)"],
    ["trim(s)", "trim(s)"],
    ["trim(both 'x' from s)", "trim('x', s)"],
    ["trim(leading from s)", "ltrim(s)"],
    ["trim(trailing 'x' from s)", "rtrim('x', s)"],
    ["overlay(a placing b from 3 for 4)", "overlay(a, b, 3, 4)"],
    ["position('a' in s)", "locate('a', s)"],
    ["position('a', s)", "position('a', s)"],
    ["dateadd(day, 1, d)", "timestampadd('day', 1, d)"],
    ["datediff(d1, d2)", "datediff(d1, d2)"],
    ["date_diff(hour, a, b)", "timestampdiff('hour', a, b)"],
    ["struct(a, b as c)", "struct(a, c=>b)"],
    ["f(x => 1, y => 2)", "f(x=>1, y=>2)"],
    ["left(s, 2) || right(s, 1)", "(left(s, 2) || right(s, 1))"],
    ["identifier('my' || 'abs')(-1)", "myabs(-1)"],
  ])("%s", (text, expected) => {
    expect(tree(text)).toBe(expected);
  });

  it("keeps what follows the parentheses", () => {
    const call = parseExpression(
      "sum(distinct x) filter (where y) ignore nulls over (partition by a order by b desc nulls last rows 2 preceding)",
    );
    if (call.kind !== "call") throw new Error("not a call");
    expect(call).toMatchObject({ distinct: true, nulls: "ignore", filter: { kind: "column" } });
    expect(call.over).toMatchObject({
      partitionBy: [{ kind: "column" }],
      orderBy: [{ direction: "desc", nulls: "last" }],
      frame: { unit: "rows", start: { kind: "preceding" }, end: { kind: "current_row" } },
    });
    const bare = parseExpression("current_date");
    expect(bare).toMatchObject({ kind: "call", bare: true, args: [] });
  });
});

describe("literals", () => {
  it.each([
    ["1L", "1L"],
    ["-128Y", "-128Y"],
    ["1.5bd", "1.5BD"],
    ["1.e3", "1.e3"],
    [".5", ".5"],
    ["2F", "2F"],
    ["'a''b'", "'a'b'"],
    ["'a' \"b\" 'c'", "'abc'"],
    ["r'a\\n'", "'a\\n'"],
    ["'\\u0041\\101\\%\\_\\q'", "'AA\\%\\_q'"],
    ["x'1f'", "X'1f'"],
    ["x'f'", "X'0f'"],
    ["date '2020-01-01'", "date'2020-01-01'"],
    ["interval '1 day'", "interval'1 day'"],
    ["interval 1 day 2 hours", "interval(1 day, 2 hour)"],
    ["interval '1-2' year to month", "interval('1-2' year month)"],
    ["interval -'1' day", "interval((- '1') day)"],
    ["interval -3 weeks", "interval(-3 week)"],
    [":p + ?", "(:p + :0)"],
    ["`a b`.`c``d`", "a b.c`d"],
  ])("%s", (text, expected) => {
    expect(tree(text)).toBe(expected);
  });

  it("reads words that only look like numbers as names", () => {
    expect(tree("1e")).toBe("1e");
    expect(tree("t.1a")).toBe("t.1a");
  });
});
