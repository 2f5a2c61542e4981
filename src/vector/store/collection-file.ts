/**
 * A collection's rows and settings as sections of its file, and back.
 *
 * | section | content                                                                  |
 * |---------|--------------------------------------------------------------------------|
 * | `CONF`  | settings as JSON                                                         |
 * | `IDS `  | uint32 offsets (rows + 1), then the ids in UTF-8                         |
 * | `META`  | the same for each row's metadata as JSON                                 |
 * | `VECS`  | float32 (rows, dims), row-major                                          |
 */
import { isUtf8 } from "node:buffer";
import { SovereignError } from "../../core/errors.ts";
import { errnoOf } from "../../core/io/index.ts";
import { printJson } from "../../core/json/index.ts";
import type { CollectionSettings } from "../types.ts";
import { openSections, type SectionFile } from "./read-sections.ts";
import { readSettings } from "./read-settings.ts";
import { Rows } from "./rows.ts";
import { damaged, type Section, writeSections } from "./section-file.ts";

/** A collection's file, read. */
export interface LoadedFile {
  readonly settings: CollectionSettings;
  readonly generation: number;
  readonly rows: Rows;
  /** Sections of search structures by name, as `writeCollection` was given them. */
  readonly extras: ReadonlyMap<string, Uint8Array>;
}

const OWN_SECTIONS = ["CONF", "IDS ", "META", "VECS"];

/** Reads a file whole. DATA_LOSS with the offset for anything that is not as written. */
export function readCollection(path: string, extraNames: readonly string[]): LoadedFile {
  const file = openSections(path);
  try {
    const { dims, metric, rowCount, generation } = file.facts;
    const settings = settingsOf(file.read("CONF"), path);
    if (settings.dims !== dims || settings.metric !== metric) {
      throw damaged(path, 12, "header and settings differ");
    }
    if (file.lengthOf("VECS") !== rowCount * dims * 4) {
      throw damaged(path, 24, `it cannot hold ${rowCount} rows`);
    }
    const ids = readTexts(file.read("IDS "), rowCount, path);
    const metadata = readTexts(file.read("META"), rowCount, path);
    const rows = new Rows(dims, rowCount);
    file.readInto("VECS", vectorBytes(rows, 0, rowCount));
    for (let i = 0; i < rowCount; i++) {
      if (rows.find(ids[i]!) >= 0) throw damaged(path, 24, "two rows have one id");
      rows.append(ids[i]!, metadata[i]!);
    }
    const extras = new Map<string, Uint8Array>();
    for (const name of extraNames) if (file.has(name)) extras.set(name, file.read(name));
    return { settings, generation, rows, extras };
  } finally {
    file.close();
  }
}

/** One section of the file of that generation, or null. DATA_LOSS when it is damaged. */
export function readSection(path: string, name: string, generation: number): Uint8Array | null {
  let file: SectionFile;
  try {
    file = openSections(path);
  } catch (error) {
    // Deleted since: who has its rows may go on with them.
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
  try {
    return file.facts.generation === generation && file.has(name) ? file.read(name) : null;
  } finally {
    file.close();
  }
}

/** The ids of the rows in the file of that generation, or null. */
export function readIds(path: string, generation: number): string[] | null {
  const file = openSections(path);
  try {
    const { facts } = file;
    if (facts.generation !== generation) return null;
    return readTexts(file.read("IDS "), facts.rowCount, path);
  } finally {
    file.close();
  }
}

/** Facts for listings: the header and the settings alone. */
export function readHead(path: string): {
  settings: CollectionSettings;
  rowCount: number;
  generation: number;
  sizeBytes: number;
  has: (section: string) => boolean;
} {
  const file = openSections(path);
  try {
    const settings = settingsOf(file.read("CONF"), path);
    const { rowCount, generation } = file.facts;
    const has = (section: string): boolean => file.has(section);
    return { settings, rowCount, generation, sizeBytes: file.sizeBytes, has };
  } finally {
    file.close();
  }
}

/** Writes live rows, in order, as a file of that generation. */
export async function writeCollection(
  path: string,
  content: { settings: CollectionSettings; rows: Rows; generation: number },
  extras: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const { settings, rows, generation } = content;
  const { dims, metric } = settings;
  const live = [...rows.live()];
  const pieces = runsOf(live).flatMap(([from, to]) => vectorBytes(rows, from, to));
  const sections: Section[] = [
    { name: "CONF", pieces: [Buffer.from(printJson(settings))] },
    { name: "IDS ", pieces: encodeTexts(live.map((i) => rows.ids[i]!)) },
    { name: "META", pieces: encodeTexts(live.map((i) => rows.metadataTexts[i]!)) },
    { name: "VECS", pieces },
    ...[...extras].map(([name, bytes]) => ({ name, pieces: [bytes] })),
  ];
  const odd = [...extras.keys()].find((name) => OWN_SECTIONS.includes(name) || name.length !== 4);
  if (odd !== undefined) throw new Error(`no section can be named ${odd}`);
  await writeSections(path, { dims, metric, rowCount: live.length, generation }, sections);
}

/** The bytes of the vectors of some rows, in order. */
function vectorBytes(rows: Rows, from: number, to: number): Uint8Array[] {
  const { dims, shardRows } = rows;
  return rows.shards.flatMap(({ first, vectors }) => {
    const [start, end] = [Math.max(from, first), Math.min(to, first + shardRows)];
    if (start >= end) return [];
    const bytes = (end - start) * dims * 4;
    return [new Uint8Array(vectors.buffer, vectors.byteOffset + (start - first) * dims * 4, bytes)];
  });
}

/** Ascending indices as half-open runs. */
function runsOf(indices: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last?.[1] === index) last[1]++;
    else runs.push([index, index + 1]);
  }
  return runs;
}

function settingsOf(bytes: Uint8Array, path: string): CollectionSettings {
  const settings = readSettings(Buffer.from(bytes).toString("utf8"));
  if (settings === null) throw damaged(path, 64, "its settings are odd");
  return settings;
}

const MOST_TEXT_BYTES = 0xffff_ffff;

function encodeTexts(texts: readonly string[]): Uint8Array[] {
  const encoded = texts.map((text) => Buffer.from(text));
  const offsets = new Uint32Array(texts.length + 1);
  let total = 0;
  encoded.forEach((bytes, i) => {
    total += bytes.length;
    if (total > MOST_TEXT_BYTES) throw tooLarge();
    offsets[i + 1] = total;
  });
  return [new Uint8Array(offsets.buffer), ...encoded];
}

function tooLarge(): SovereignError {
  return new SovereignError("RESOURCE_EXHAUSTED", "the metadata is larger than 4 GiB", {
    hint: "keep long texts in a table and only their keys here",
  });
}

function readTexts(bytes: Uint8Array, count: number, path: string): string[] {
  const head = (count + 1) * 4;
  if (bytes.length < head) throw damaged(path, 24, `it cannot hold ${count} rows`);
  const offsets = new Uint32Array(bytes.slice(0, head).buffer);
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + head, bytes.length - head);
  if (offsets[0] !== 0 || offsets[count] !== body.length || !isUtf8(body)) {
    throw damaged(path, 24, "the texts of its rows are odd");
  }
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const [from, to] = [offsets[i]!, offsets[i + 1]!];
    if (to < from || to > body.length) throw damaged(path, 24, "the texts of its rows are odd");
    texts.push(body.toString("utf8", from, to));
  }
  return texts;
}
