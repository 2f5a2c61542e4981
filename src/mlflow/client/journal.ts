/**
 * Entries of a queue on disk, one JSON line each, until they are sent. A line is written before the
 * caller goes on, so a killed process loses none; `{"sent": n}` lines cross the first n off. A torn
 * last line (the process died inside the write) was never acknowledged and is left out.
 */
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { newUuid } from "../../core/ids.ts";
import { createFolders } from "../../core/io/index.ts";
import { parseJson } from "../../core/json/index.ts";
import { printAnswer } from "../wire/print-json.ts";
import type { MetricPoint } from "./entities.ts";

/** One thing to log to a run. */
export type QueueEntry =
  | { readonly kind: "metric"; readonly runId: string; readonly point: MetricPoint }
  | {
      readonly kind: "param" | "tag";
      readonly runId: string;
      readonly key: string;
      readonly value: string;
    };

export interface Journal {
  append(entry: QueueEntry): void;
  /** Crosses off the first `count` entries. */
  cross(count: number): void;
  /** Closes the file; removes it when everything is crossed off. */
  close(): void;
}

const NAME = /^(\d+)-[0-9a-f-]{36}\.jsonl$/;

/** A fresh journal of this process in `folder`. */
export function createJournal(folder: string): Journal {
  createFolders(folder);
  const path = join(folder, `${process.pid}-${newUuid()}.jsonl`);
  const file = openSync(path, "ax");
  let written = 0;
  let crossed = 0;
  return {
    append: (entry) => {
      writeSync(file, `${printAnswer(toLine(entry))}\n`);
      written++;
    },
    cross: (count) => {
      crossed += count;
      writeSync(file, `{"sent":${crossed}}\n`);
    },
    close: () => {
      closeSync(file);
      if (crossed === written) rmSync(path, { force: true });
    },
  };
}

/** What journals of processes that are gone still hold, and the means to drop each once it is sent. */
export function readOrphans(folder: string): { entries: QueueEntry[]; remove: () => void }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const pid = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isAlive(pid)) return [];
    const path = join(folder, name);
    const entries = parseJournal(readFileSync(path, "utf8"));
    return [{ entries, remove: () => rmSync(path, { force: true }) }];
  });
}

function parseJournal(text: string): QueueEntry[] {
  const entries: QueueEntry[] = [];
  let sent = 0;
  for (const line of text.split("\n").slice(0, -1)) {
    const parsed = parseLine(line);
    if (parsed === null) break;
    if (typeof parsed === "number") sent = parsed;
    else entries.push(parsed);
  }
  return entries.slice(sent);
}

function parseLine(line: string): QueueEntry | number | null {
  try {
    const json = parseJson(line) as Record<string, unknown>;
    if (typeof json.sent === "number") return json.sent;
    const { kind, runId, key, value } = json as Record<string, string>;
    if (kind === "metric") {
      const { timestamp, step } = json as unknown as MetricPoint;
      const point = { key: key ?? "", value: Number(value), timestamp, step };
      return { kind, runId: runId ?? "", point };
    }
    if (kind !== "param" && kind !== "tag") return null;
    return { kind, runId: runId ?? "", key: key ?? "", value: value ?? "" };
  } catch {
    return null;
  }
}

/** NaN and the infinities as texts, which JSON lacks. */
function toLine(entry: QueueEntry) {
  if (entry.kind !== "metric") return entry;
  const { point, ...rest } = entry;
  return {
    ...rest,
    ...point,
    value: Number.isFinite(point.value) ? point.value : `${point.value}`,
  };
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
