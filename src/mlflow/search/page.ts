/**
 * One page of a search as one statement. The rows come in up to three arms, one after the other:
 * those whose first sort value is there, those where it is NaN, those where it is missing. Within
 * an arm the first value can be walked in an index and stopped early; LIMIT keeps SQLite from
 * starting an arm that is not needed. Pages go on behind the last row's keys, not at an offset.
 *
 * NOTE: SQLite answers the parts of a UNION ALL without ORDER BY in the order they are written.
 */
import type { Database, SqlParameters, SqlValue } from "../../core/store/index.ts";
import {
  decodePageToken,
  encodePageToken,
  type KeyValue,
  type PagePlace,
  refuseToken,
} from "./page-token.ts";
import { allOf, type Binder } from "./sql.ts";

/** A sort key; missing values come last either way. */
export interface SortKey {
  readonly sql: string;
  readonly ascending: boolean;
  readonly nullable?: boolean;
  /** Whole numbers are carried as text, so that none loses digits. */
  readonly integer?: boolean;
}

/** Some of the rows, and what they are ordered by. */
export interface Arm {
  readonly from: string;
  readonly where: readonly string[];
  readonly keys: readonly SortKey[];
  /** Conditions that cut the arm in parts: each is walked and stopped by itself, then merged. */
  readonly parts?: readonly string[];
}

/** A search to make a page of. */
export interface PageRequest {
  /** The table whose rows are wanted, which every arm names `r`. */
  readonly table: string;
  /** Of its columns, those that are read; default all. */
  readonly columns?: readonly string[];
  readonly arms: readonly Arm[];
  readonly binder: Binder;
  /** Names the order: a token of another order is refused. */
  readonly order: string;
  readonly pageSize: number;
  readonly token?: string | null;
  /** MLflow gives a token for every full page of traces, without a look at the next row. */
  readonly tokenWhenFull?: boolean;
}

/** A statement, and the token behind its rows. */
export interface PageQuery {
  readonly sql: string;
  readonly parameters: SqlParameters;
  /** The rows of the page (one more may have been read) and the token of the next, if any. */
  finish<Row>(rows: readonly Row[]): { rows: Row[]; nextPageToken: string | null };
}

/** Builds the statement of a page. Errors: 400 for a token that does not belong to it. */
export function buildPage(request: PageRequest): PageQuery {
  const { arms, binder, pageSize, order } = request;
  const place = decodePageToken(request.token, order);
  if (place !== null && place.keys.length !== arms[place.arm]?.keys.length) {
    throw refuseToken(request.token ?? "");
  }
  const limit = binder.bind(request.tokenWhenFull ? pageSize : pageSize + 1);
  const width = Math.max(...arms.map(({ keys }) => keys.length));
  const first = place?.arm ?? 0;
  const parts = arms.slice(first).map((arm, index) => {
    const number = first + index;
    const after = index === 0 && place !== null ? afterPlace(binder, arm.keys, place) : [];
    return armSql(arm, { number, width, after, limit });
  });
  // The rows are fetched last, so that sorting carries only their keys.
  const columns = (request.columns ?? ["*"]).map((column) => `r.${column}`);
  const sql =
    `SELECT ${columns.join(", ")}, p.* FROM (\n${parts.join("\nUNION ALL\n")}\nLIMIT ${limit}) p ` +
    `CROSS JOIN ${request.table} r ON r.rowid = p.page_row`;
  return {
    sql,
    parameters: binder.parameters,
    finish: (rows) => finishPage(rows, request),
  };
}

/** The arms of an order whose first key may be NULL: `lead`, then `rest`. */
export function armsByKey(
  scope: Omit<Arm, "keys">,
  lead: SortKey,
  rest: readonly SortKey[],
): Arm[] {
  const { nullable, ...present } = lead;
  if (!nullable) return [{ ...scope, keys: [lead, ...rest] }];
  return [
    { ...scope, where: [...scope.where, `${lead.sql} IS NOT NULL`], keys: [present, ...rest] },
    { ...scope, where: [...scope.where, `${lead.sql} IS NULL`], keys: rest },
  ];
}

/** Runs a page query. */
export function readPage<Row>(database: Database, query: PageQuery) {
  return query.finish(database.all<Row>(query.sql, query.parameters));
}

interface ArmPlan {
  readonly number: number;
  readonly width: number;
  readonly after: readonly string[];
  readonly limit: string;
}

function armSql(arm: Arm, plan: ArmPlan): string {
  if (arm.parts === undefined) return partSql(arm, plan);
  const { parts, ...whole } = arm;
  const walks = parts.map((part) => partSql({ ...whole, where: [part, ...whole.where] }, plan));
  const order = arm.keys.map(({ integer, ...key }, index) => {
    const carried = `page_key_${index}`;
    return direction(integer ? `CAST(${carried} AS INTEGER)` : carried, key);
  });
  return (
    `SELECT * FROM (SELECT * FROM (\n${walks.join("\nUNION ALL\n")})\n` +
    `ORDER BY ${order.join(", ")}\nLIMIT ${plan.limit})`
  );
}

function partSql({ from, where, keys }: Arm, plan: ArmPlan): string {
  const carried = Array.from({ length: plan.width }, (_, index) => {
    const key = keys[index];
    const sql = key === undefined ? "NULL" : key.integer ? `CAST(${key.sql} AS TEXT)` : key.sql;
    return `${sql} AS page_key_${index}`;
  });
  const order = keys.map((key) => direction(key.sql, key));
  const columns = ["r.rowid AS page_row", `${plan.number} AS page_arm`, ...carried].join(", ");
  return (
    `SELECT * FROM (SELECT ${columns}\nFROM ${from}\nWHERE ${allOf([...where, ...plan.after])}\n` +
    `ORDER BY ${order.join(", ")}\nLIMIT ${plan.limit})`
  );
}

function direction(sql: string, { ascending, nullable }: Pick<SortKey, "ascending" | "nullable">) {
  return `${sql} ${ascending ? "ASC" : "DESC"}${nullable && ascending ? " NULLS LAST" : ""}`;
}

/** What comes after the keys of a row: `a > 1 OR (a = 1 AND b > 2)`. */
function afterPlace(binder: Binder, keys: readonly SortKey[], { keys: values }: PagePlace) {
  let rest = "0";
  for (let index = keys.length - 1; index >= 0; index--) {
    const key = keys[index]!;
    const value = values[index] ?? null;
    if (value === null) {
      rest = `(${key.sql} IS NULL AND ${rest})`;
      continue;
    }
    const bound = bindKey(binder, key, value);
    const missing = key.nullable ? ` OR ${key.sql} IS NULL` : "";
    const beyond = `${key.sql} ${key.ascending ? ">" : "<"} ${bound}`;
    rest = `(${beyond}${missing} OR (${key.sql} = ${bound} AND ${rest}))`;
  }
  const [lead] = keys;
  const value = values[0] ?? null;
  if (lead === undefined || lead.nullable || value === null) return [rest];
  // Says the same again in a way that an index can start from.
  return [`${lead.sql} ${lead.ascending ? ">=" : "<="} ${bindKey(binder, lead, value)}`, rest];
}

function bindKey(binder: Binder, key: SortKey, value: KeyValue): string {
  const bound = binder.bind(value satisfies SqlValue);
  return key.integer ? `CAST(${bound} AS INTEGER)` : bound;
}

function finishPage<Row>(rows: readonly Row[], request: PageRequest) {
  const { pageSize, tokenWhenFull, order } = request;
  const page = rows.slice(0, pageSize);
  const more = tokenWhenFull ? rows.length === pageSize : rows.length > pageSize;
  const last = page.at(-1) as Record<string, KeyValue> | undefined;
  if (!more || last === undefined) return { rows: page, nextPageToken: null };
  const arm = Number(last.page_arm);
  const keys = request.arms[arm]!.keys.map((_, index) => last[`page_key_${index}`] ?? null);
  return { rows: page, nextPageToken: encodePageToken({ order, arm, keys }) };
}
