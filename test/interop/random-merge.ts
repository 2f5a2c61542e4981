/** Random MERGE statements with every clause, and what they do to a model table. */
import type { Rng } from "../../src/core/rng.ts";
import {
  type CellValue,
  literal,
  type ModelTable,
  nameOf,
  quoteName,
  type Row,
} from "./model-table.ts";
import { type Condition, pick, randomCondition } from "./random-conditions.ts";
import { peerRows, randomRow, type Statement, valuesText } from "./random-statements.ts";

interface Clause {
  when: "MATCHED" | "NOT MATCHED" | "NOT MATCHED BY SOURCE";
  condition: Condition | null;
  /** The alias of the condition's columns. */
  alias: "s" | "t";
  action: "delete" | "update" | "update all" | "insert all";
  /** Of `update`: the key, the SQL and the value. */
  set?: { key: string; text: string; value(target: Row, source: Row): CellValue };
}

/** A MERGE on `id`. */
export function merge(rng: Rng, table: ModelTable): Statement {
  const { state } = table;
  const source = randomSource(rng, table);
  const extra = rng.int(5) === 0 ? randomCondition(rng, state) : null;
  const clauses = randomClauses(rng, table);
  const id = nameOf(state, "id");
  const on = `t.${id} = s.${id}${extra === null ? "" : ` AND ${extra.text("t")}`}`;
  const names = state.columns.map(({ name }) => quoteName(name)).join(", ");
  const using = `(SELECT * FROM (${valuesText(state.columns, source)}) AS x(${names})) s`;
  const texts = clauses.map((clause) => clauseText(table, clause));
  const matches = (target: Row, row: Row) =>
    target.id === row.id && (extra === null || extra.test(target) === true);
  return {
    kind: "merge",
    sql: `MERGE INTO $T t USING ${using} ON ${on} ${texts.join(" ")}`,
    deltaRs: {
      op: "merge",
      args: { ...peerRows(state, source), on, clauses: clauses.map((c) => peerClause(table, c)) },
    },
    after: { ...state, rows: mergedRows(state.rows, source, clauses, matches) },
  };
}

/** Some ids of the table, once each, and some new ones. */
function randomSource(rng: Rng, table: ModelTable): Row[] {
  const ids = [...new Set(table.state.rows.map((row) => row.id!))];
  const known = ids.filter(() => rng.int(4) === 0).slice(0, 15);
  const news = Array.from({ length: 1 + rng.int(6) }, () => randomRow(rng, table));
  return [...known.map((id) => randomRow(rng, table, { id })), ...news];
}

function randomClauses(rng: Rng, { state }: ModelTable): Clause[] {
  const clauses: Clause[] = [];
  const conditional = (alias: "s" | "t") => ({ alias, condition: randomCondition(rng, state) });
  const always = { alias: "t", condition: null } as const;
  if (rng.int(3) === 0) clauses.push({ when: "MATCHED", ...conditional("t"), action: "delete" });
  if (rng.int(3) === 0) {
    clauses.push({ when: "MATCHED", ...conditional("s"), ...randomUpdate(rng, true) });
  }
  const last = rng.int(4);
  if (last === 0) clauses.push({ when: "MATCHED", ...always, action: "update all" });
  if (last === 1) clauses.push({ when: "MATCHED", ...always, ...randomUpdate(rng, true) });
  if (last === 2) clauses.push({ when: "MATCHED", ...always, action: "delete" });
  const inserts = rng.int(3);
  if (inserts === 0) clauses.push({ when: "NOT MATCHED", ...always, action: "insert all" });
  if (inserts === 1 || clauses.length === 0) {
    clauses.push({ when: "NOT MATCHED", ...conditional("s"), action: "insert all" });
  }
  const when = "NOT MATCHED BY SOURCE";
  if (rng.int(4) === 0) clauses.push({ when, ...conditional("t"), ...randomUpdate(rng, false) });
  if (rng.int(5) === 0) clauses.push({ when, ...conditional("t"), action: "delete" });
  return clauses;
}

function randomUpdate(rng: Rng, hasSource: boolean): Pick<Clause, "action" | "set"> {
  const p = pick(rng, ["a", "b", null]);
  const sets: NonNullable<Clause["set"]>[] = [
    { key: "s", text: "'m'", value: () => "m" },
    { key: "p", text: literal(p), value: () => p },
  ];
  if (hasSource) {
    sets.push(
      { key: "v", text: "$s.v", value: (_, source) => source.v ?? null },
      {
        key: "v",
        text: "$t.v + $s.v",
        value: (target, source) =>
          target.v == null || source.v == null ? null : Number(target.v) + Number(source.v),
      },
    );
  }
  return { action: "update", set: pick(rng, sets) };
}

function setTexts({ state }: ModelTable, set: NonNullable<Clause["set"]>): [string, string] {
  const text = set.text.replaceAll(/\$([st])\.(\w+)/g, (_, a, key) => `${a}.${nameOf(state, key)}`);
  return [nameOf(state, set.key), text];
}

function clauseText(table: ModelTable, { when, condition, alias, action, set }: Clause): string {
  const and = condition === null ? "" : ` AND ${condition.text(alias)}`;
  const update = set && setTexts(table, set);
  const then = {
    delete: "DELETE",
    update: update && `UPDATE SET ${update[0]} = ${update[1]}`,
    "update all": "UPDATE SET *",
    "insert all": "INSERT *",
  }[action];
  return `WHEN ${when}${and} THEN ${then}`;
}

function peerClause(table: ModelTable, { when, condition, alias, action, set }: Clause) {
  const updates = set && Object.fromEntries([setTexts(table, set)]);
  return { when, action, predicate: condition?.text(alias) ?? null, updates: updates ?? null };
}

function mergedRows(
  targets: readonly Row[],
  source: readonly Row[],
  clauses: readonly Clause[],
  matches: (target: Row, row: Row) => boolean,
): Row[] {
  const first = (when: Clause["when"], rowOf: (clause: Clause) => Row) =>
    clauses.find(
      (clause) =>
        clause.when === when &&
        (!clause.condition || clause.condition.test(rowOf(clause)) === true),
    );
  const kept = targets.flatMap((target) => {
    const match = source.find((row) => matches(target, row));
    const when = match ? "MATCHED" : "NOT MATCHED BY SOURCE";
    const clause = first(when, ({ alias }) => (alias === "s" ? match! : target));
    if (!clause) return [target];
    if (clause.action === "delete") return [];
    if (clause.action === "update all") return [match!];
    const { key, value } = clause.set!;
    return [{ ...target, [key]: value(target, match ?? {}) }];
  });
  const added = source.filter((row) => {
    if (targets.some((target) => matches(target, row))) return false;
    return first("NOT MATCHED", () => row) !== undefined;
  });
  return [...kept, ...added];
}
