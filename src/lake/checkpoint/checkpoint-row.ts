/**
 * Rows of a checkpoint file to actions (PROTOCOL.md, "Checkpoint Schema"). Exactly one top-level
 * column of a row is set; empty rows and unknown actions are skipped. Statistics that are only
 * there as a struct become the JSON text a commit would hold.
 */
import { JsonNumber, printJson } from "../../core/json/index.ts";
import { type Cell, DateCell, DecimalCell, TimestampCell } from "../../formats/parquet/index.ts";
import type { CheckpointAction } from "../delta/index.ts";

type Row = { [name: string]: Cell };

const ACTIONS = [
  "add",
  "remove",
  "metaData",
  "protocol",
  "txn",
  "domainMetadata",
  "sidecar",
  "checkpointMetadata",
] as const;

/** The action a row holds, or null. */
export function rowToAction(row: Row): CheckpointAction | null {
  for (const name of ACTIONS) {
    const cell = row[name];
    if (!isStruct(cell)) continue;
    if (name === "add") restoreText(cell);
    return { [name]: cell } as unknown as CheckpointAction;
  }
  return null;
}

function isStruct(cell: Cell | undefined): cell is Row {
  return typeof cell === "object" && cell !== null && cell.constructor === Object;
}

function restoreText(add: Row): void {
  const { stats_parsed: stats, partitionValues_parsed: partitions } = add;
  if (add.stats === undefined && isStruct(stats)) add.stats = printJson(toJson(stats));
  if (add.partitionValues === undefined && isStruct(partitions)) {
    add.partitionValues = toPartitionValues(partitions);
  }
  delete add.stats_parsed;
  delete add.partitionValues_parsed;
}

/** Null members are not in the cell; a missing partition value reads as null. */
function toPartitionValues(partitions: Row): Row {
  const values: Row = {};
  for (const [name, cell] of Object.entries(partitions)) values[name] = cellText(cell);
  return values;
}

function cellText(cell: Cell): string | null {
  if (cell instanceof TimestampCell || cell instanceof DateCell) return cell.toIsoString();
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString("utf8");
  return cell === null ? null : String(cell);
}

/** `undefined` for what JSON cannot say: it prints as an absent member, so nothing is claimed. */
function toJson(cell: Cell): unknown {
  if (cell instanceof TimestampCell || cell instanceof DateCell) {
    return cell.toIsoString() || undefined;
  }
  if (cell instanceof DecimalCell) return new JsonNumber(cell.toString());
  if (cell instanceof Uint8Array || Array.isArray(cell)) return undefined;
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : undefined;
  if (!isStruct(cell)) return cell;
  return Object.fromEntries(Object.entries(cell).map(([name, member]) => [name, toJson(member)]));
}
