/** What the REST API does with the rows of an index: query, scan, upsert, delete. */
import type { Collection } from "../collection.ts";
import { QUERY_TYPES, type VectorQuery } from "../search/run-query.ts";
import type { MetadataValue } from "../types.ts";
import {
  checkColumns,
  type IndexShape,
  readColumn,
  shapeOf,
  toId,
  toRow,
  toVector,
} from "./index-rows.ts";
import {
  type Message,
  readChoice,
  readCount,
  readJson,
  readMessage,
  readNumber,
  readText,
  readTexts,
  refuse,
  refuseMembers,
  requireText,
} from "./message.ts";

/** Results of one answer; the rest comes with `query-next-page`. */
const PAGE_ROWS = 1000;
const MOST_RESULTS = 10_000;
const SCORE = "score";
const UNBUILT = ["reranker", "columns_to_rerank", "sort_columns", "facets", "query_columns"];

/** Answers a query, from a result on when it is a later page of one. */
export async function queryIndex(
  collection: Collection,
  message: Message,
  from = 0,
): Promise<unknown> {
  refuseMembers(message, UNBUILT);
  const shape = shapeOf(collection);
  const columns = readTexts(message, "columns") ?? [];
  if (columns.length === 0) throw refuse("`columns` must name the columns to return");
  checkColumns(columns, shape);
  const hits = await collection.search(toQuery(message));
  const rows = hits.slice(from, from + PAGE_ROWS).map(({ id, score, metadata }) => {
    const needsVector = shape.vectorColumn !== null && columns.includes(shape.vectorColumn);
    const row = needsVector ? collection.get(id)! : { id, metadata };
    return [...columns.map((column) => readColumn(row, column, shape)), score];
  });
  const next = from + PAGE_ROWS;
  return {
    manifest: {
      column_count: columns.length + 1,
      columns: [...columns, SCORE].map((name) => ({ name })),
    },
    result: { row_count: rows.length, data_array: rows },
    ...(next < hits.length ? { next_page_token: writeToken({ from: next, message }) } : {}),
  };
}

function toQuery(message: Message): VectorQuery {
  const given = message.query_vector ?? undefined;
  const vector = given === undefined ? undefined : toVector(given);
  if (vector === null) throw refuse("`query_vector` must be a list of numbers");
  const text = readText(message, "query_text");
  const type = readChoice(message, "query_type", QUERY_TYPES);
  const scoreThreshold = readNumber(message, "score_threshold");
  const filter = readText(message, "filter_string");
  const filtersJson = message.filters_json ?? message.filters ?? undefined;
  const hasFilters = filtersJson !== undefined && filtersJson !== "";
  return {
    numResults: readCount(message, "num_results", MOST_RESULTS) ?? 10,
    ...(vector === undefined ? {} : { vector }),
    ...(text === undefined ? {} : { text }),
    ...(type === undefined ? {} : { queryType: type }),
    ...(scoreThreshold === undefined ? {} : { scoreThreshold }),
    ...(filter === undefined || filter === "" ? {} : { filter }),
    ...(hasFilters ? { filtersJson } : {}),
  };
}

/** A token is the query itself and where to go on, so that the server remembers nothing. */
function writeToken(page: { from: number; message: Message }): string {
  return Buffer.from(JSON.stringify(page)).toString("base64url");
}

/** Answers the next page of a query. */
export async function queryNextPage(collection: Collection, message: Message): Promise<unknown> {
  const token = Buffer.from(requireText(message, "page_token"), "base64url").toString("utf8");
  const page = readMessage(token, "`page_token`");
  const from = readCount(page, "from", MOST_RESULTS);
  const query = readMessage(JSON.stringify(page.message ?? null), "`page_token`");
  if (from === undefined) throw refuse("`page_token` is none of this server");
  return queryIndex(collection, query, from);
}

/** Rows in the order of their keys, behind `last_primary_key`. */
export function scanIndex(collection: Collection, message: Message): unknown {
  const shape = shapeOf(collection);
  const limit = readCount(message, "num_results", MOST_RESULTS) ?? 10;
  const last = message.last_primary_key ?? null;
  const after = last === null || last === "" ? null : toId(last, shape);
  const order = compareKeys(shape);
  const ids = [...collection.ids()].filter((id) => after === null || order(id, after) > 0);
  const page = ids.sort(order).slice(0, limit);
  const data = page.map((id) => {
    const row = collection.get(id)!;
    const cells = shape.columns.map((key) => ({ key, value: readColumn(row, key, shape) }));
    return {
      fields: cells
        .filter(({ value }) => value !== null)
        .map(({ key, value }) => ({ key, value: toProtobufValue(value) })),
    };
  });
  return { data, ...(page.length === 0 ? {} : { last_primary_key: page.at(-1) }) };
}

function compareKeys({ isNumericKey }: IndexShape): (a: string, b: string) => number {
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return isNumericKey ? (a, b) => Number(a) - Number(b) || byText(a, b) : byText;
}

/** `google.protobuf.Value` as the API prints it. */
function toProtobufValue(value: MetadataValue): unknown {
  switch (typeof value) {
    case "string":
      return { string_value: value };
    case "boolean":
      return { bool_value: value };
    case "number":
    case "bigint":
      return { number_value: value };
    default:
      if (value === null) return { null_value: "NULL_VALUE" };
      if (Array.isArray(value)) return { list_value: { values: value.map(toProtobufValue) } };
      return {
        struct_value: {
          fields: Object.entries(value).map(([key, item]) => ({
            key,
            value: toProtobufValue(item),
          })),
        },
      };
  }
}

/** Takes rows, all or none. */
export async function upsertData(collection: Collection, message: Message): Promise<unknown> {
  refuseTable(collection);
  const rows = readJson(requireText(message, "inputs_json"), "`inputs_json`");
  if (!Array.isArray(rows)) throw refuse("`inputs_json` must be a list of objects");
  const shape = shapeOf(collection);
  await collection.upsert(rows.map((row) => toRow(row, shape)));
  return { status: "SUCCESS", result: { success_row_count: rows.length, failed_primary_keys: [] } };
}

/** Deletes rows; keys that are not there count as deleted, as a second try must. */
export async function deleteData(collection: Collection, message: Message): Promise<unknown> {
  refuseTable(collection);
  const shape = shapeOf(collection);
  const given = message.primary_keys ?? [];
  const keys: unknown[] = Array.isArray(given) ? given : [given];
  await collection.delete({ ids: keys.map((key) => toId(key, shape)) });
  return { status: "SUCCESS", result: { success_row_count: keys.length, failed_primary_keys: [] } };
}

function refuseTable({ settings }: Collection): void {
  if (settings.source === undefined) return;
  throw refuse(`the index follows the table \`${settings.source.table}\`: change that`);
}
