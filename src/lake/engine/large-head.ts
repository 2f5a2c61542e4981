/** A large checkpoint's columns, and the few actions in it that are no files (`large-state.ts`). */
import { SovereignError } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import { type CheckpointAction, checkAction, type LargeCheckpoint } from "../delta/index.ts";
import { STRING, type StructField, structField } from "../schema/data-type.ts";
import type { Value } from "../schema/value.ts";
import type { Engine } from "./types.ts";

/** The actions of a checkpoint that are no files, each with a member that is never null. */
const HEAD_ACTIONS = {
  protocol: "minReaderVersion",
  metaData: "id",
  txn: "appId",
  domainMetadata: "domain",
  sidecar: "path",
};

/** Top-level columns by name, with the members of those that are structs. */
export async function readColumns(
  engine: Engine,
  relation: string,
): Promise<Map<string, string[]>> {
  const sql =
    "SELECT column_name, " +
    "CASE WHEN column_type LIKE 'STRUCT%' THEN column_type END FROM " +
    `(DESCRIBE SELECT * FROM ${relation})`;
  const columns = new Map<string, string[]>();
  for (const [name, type] of await engine.rows(sql, textFields("name", "type"))) {
    columns.set(String(name), structMembers(String(type ?? "")));
  }
  return columns;
}

/** Top-level member names of `STRUCT(a INT, "b c" STRUCT(…), …)`. */
function structMembers(type: string): string[] {
  const members: string[] = [];
  let depth = 0;
  let atStart = false;
  for (const [token] of type.matchAll(/"(?:[^"]|"")*"|[(),]|[^(),"\s]+/g)) {
    if (token === "(") atStart = ++depth === 1;
    else if (token === ")") depth--;
    else if (token === ",") atStart = depth === 1;
    else if (atStart) {
      members.push(token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token);
      atStart = false;
    }
  }
  return members;
}

/** Columns of text. */
export function textFields(...names: string[]): StructField[] {
  return names.map((name) => structField(name, STRING));
}

/** What a checkpoint says beside its files. */
export async function readHead(
  engine: Engine,
  relation: string,
  columns: readonly string[],
): Promise<LargeCheckpoint["head"]> {
  const head: LargeCheckpoint["head"] = {
    protocol: null,
    metadata: null,
    txns: [],
    domains: [],
    sidecars: [],
  };
  for (const [name, key] of Object.entries(HEAD_ACTIONS)) {
    if (!columns.includes(name)) continue;
    const sql = `SELECT to_json(${name})::VARCHAR FROM ${relation} WHERE ${name}.${key} IS NOT NULL`;
    for (const [text] of await engine.rows(sql, textFields("action"))) {
      addToHead(head, toAction(name, text!));
    }
  }
  return head;
}

function addToHead(head: LargeCheckpoint["head"], action: CheckpointAction): void {
  if (action.protocol) head.protocol = action.protocol;
  if (action.metaData) head.metadata = action.metaData;
  if (action.txn) head.txns.push(action.txn);
  if (action.domainMetadata) head.domains.push(action.domainMetadata);
  if (action.sidecar) head.sidecars.push(action.sidecar.path);
}

/** The action in the JSON the engine made of a row: no null members, required ones checked. */
export function toAction(name: string, text: Value): CheckpointAction {
  const json = parseJson(String(text), { source: `checkpoint ${name}` });
  const kept = isJsonObject(json) ? Object.entries(json).filter(([, value]) => value !== null) : [];
  const action = { [name]: Object.fromEntries(kept) } as unknown as CheckpointAction;
  const problem = checkAction(action);
  if (problem === null) return action;
  throw new SovereignError("DATA_LOSS", `damaged checkpoint: ${problem}`, {
    hint: "restore it from a backup, or read a version before the checkpoint",
  });
}
