/**
 * The embedder of a collection: gives rows without a vector one from their text, and queries too.
 * It is opened when the first text comes. `tfidf` and `lsa` learn from all rows whenever the file is
 * written anew; what they know is a section of it, and every vector is made again.
 */
import { resolve } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import { type StopSign, takeTurn } from "../../core/turns.ts";
import { fieldValue } from "../fields.ts";
import { hasVector } from "../input/check-row.ts";
import type { DiskCollection } from "../store/disk-collection.ts";
import { collectionPaths } from "../store/folder.ts";
import type { Rows } from "../store/rows.ts";
import { damaged } from "../store/section-file.ts";
import type { EmbedderSettings, Metadata, VectorRow } from "../types.ts";
import { EMBEDDER_SECTION, type Embedder, type TextRole } from "./embedder.ts";
import { isTermEmbedderName, openEmbedder, parseSpec } from "./open-embedder.ts";
import { createTermEmbedder, type TermEmbedder } from "./term-embedder.ts";
import { decodeTermState, encodeTermState } from "./term-state.ts";

/** Texts embedded at a time where all rows are. */
const BATCH_ROWS = 4096;

/** What a collection notes of the embedder that its maker names, and how long its vectors are. */
export async function describeEmbedder(
  spec: string,
  field: string,
): Promise<{ embedder: EmbedderSettings; dims: number }> {
  const opened = await openEmbedder(spec);
  const { name, digest, dims } = opened;
  await opened.close();
  const isModel = parseSpec(spec) === null;
  return { embedder: { name, digest, field, spec: isModel ? resolve(spec) : spec }, dims };
}

export class CollectionEmbedder {
  readonly #settings: EmbedderSettings;
  #opened: Promise<Embedder> | null = null;
  #learnt: TermEmbedder | null = null;

  /** `disk` is of a collection with such settings; takes the state from its file. */
  constructor(settings: EmbedderSettings, disk: DiskCollection) {
    this.#settings = settings;
    const { name } = settings;
    const { dims } = disk.settings;
    if (!isTermEmbedderName(name)) return;
    const bytes = disk.takeExtra(EMBEDDER_SECTION);
    const state = bytes === null ? null : decodeTermState(bytes, name, dims);
    if (bytes !== null && state === null) {
      throw damaged(collectionPaths(disk.base).file, 0, "its embedder's state is odd");
    }
    this.#learnt = createTermEmbedder(name, dims, state);
  }

  /** The rows with a vector each; a row whose text is there already keeps its vector. */
  async complete(rows: readonly VectorRow[], known: Rows): Promise<VectorRow[]> {
    const missing: number[] = [];
    const vectors = rows.map((row, i) => {
      if (hasVector(row)) return this.#given(row);
      const vector = this.#reuse(row, known);
      if (vector === null) missing.push(i);
      return vector;
    });
    const texts = missing.map((i) => this.#textOf(rows[i]!.metadata, rows[i]!.id));
    const made = await this.#embed(texts, "document");
    const dims = known.dims;
    missing.forEach((i, at) => {
      vectors[i] = made.subarray(at * dims, (at + 1) * dims);
    });
    return rows.map((row, i) => ({ ...row, vector: vectors[i]! }));
  }

  /** The vector of a query. */
  async embedQuery(text: string): Promise<Float32Array> {
    return this.#embed([text], "query");
  }

  /**
   * Learns from all rows and makes their vectors anew, in place. Returns the section for the file;
   * the caller keeps the embedder that `adopt` then makes the current one.
   */
  async learn(
    rows: Rows,
    signal?: StopSign,
  ): Promise<{ section: Uint8Array; adopt: () => void } | null> {
    if (this.#learnt === null || rows.length === 0) return null;
    const texts = rows.ids.map((id, row) => this.#textOf(rows.metadata(row), id));
    const next = await this.#learnt.train(texts, signal);
    for (let from = 0; from < texts.length; from += BATCH_ROWS) {
      await takeTurn(signal);
      const vectors = await next.embed(texts.slice(from, from + BATCH_ROWS));
      for (let at = 0; at < vectors.length; at += rows.dims) {
        rows.setVector(from + at / rows.dims, vectors.subarray(at, at + rows.dims));
      }
    }
    return {
      section: encodeTermState(next.state!),
      adopt: () => {
        this.#learnt = next;
      },
    };
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => null);
    this.#opened = null;
    await opened?.close();
  }

  #given({ id, vector }: VectorRow): ArrayLike<number> {
    if (this.#learnt === null) return vector!;
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `row \`${id}\` has a vector, and \`${this.#settings.name}\` makes those of all rows itself`,
      { hint: "leave vectors out of the rows of this collection" },
    );
  }

  #reuse(row: VectorRow, known: Rows): Float32Array | null {
    const at = typeof row.id === "string" ? known.find(row.id) : -1;
    if (at < 0) return null;
    const text = this.#textOf(row.metadata, row.id);
    return this.#textOf(known.metadata(at), row.id) === text ? known.vector(at).slice() : null;
  }

  #textOf(metadata: Metadata | undefined, id: string): string {
    const { field } = this.#settings;
    const value = fieldValue(metadata, field) ?? "";
    if (typeof value === "string") return value;
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `row \`${id}\`: \`${field}\`, which is embedded, is no text`,
      { hint: "give a text in that field, or leave it out" },
    );
  }

  async #embed(texts: readonly string[], role: TextRole): Promise<Float32Array> {
    if (texts.length === 0) return new Float32Array(0);
    if (this.#learnt !== null) return this.#learnt.embed(texts);
    this.#opened ??= openSame(this.#settings);
    return (await this.#opened).embed(texts, role);
  }
}

/** The embedder as it was when the collection was made; RESOURCE_CONFLICT when it is another now. */
async function openSame({ spec, name, digest }: EmbedderSettings): Promise<Embedder> {
  const opened = await openEmbedder(spec);
  if (opened.digest === digest) return opened;
  await opened.close();
  throw new SovereignError(
    "RESOURCE_CONFLICT",
    `the model \`${name}\` in \`${spec}\` is not the one that made the collection's vectors`,
    { hint: "put the old files back, or import the rows into a new collection" },
  );
}
