/**
 * A collection on the disk: `<base>.vec` (all rows at some moment), `<base>.wal` (changes since),
 * `<base>.lock` (one writer). Read `section-file.ts` and `wal.ts` first.
 *
 * Writing the file anew takes two renames, file then WAL. A crash between them leaves a WAL of the
 * generation before, which is known to be in the file already and is put aside. A reader that meets
 * a WAL of the generation after was overtaken by that, and reads again.
 */
import { existsSync, rmSync, statSync } from "node:fs";
import { SovereignError } from "../../core/errors.ts";
import { errnoOf } from "../../core/io/index.ts";
import type { CheckedRows } from "../input/check-row.ts";
import type { CollectionSettings, SyncState, UpsertResult } from "../types.ts";
import {
  type LoadedFile,
  readCollection,
  readSection,
  writeCollection,
} from "./collection-file.ts";
import { collectionPaths, releaseWriterLock, removeFiles, removeRemains } from "./folder.ts";
import { takeWriterLock, type WriterLock } from "./lock.ts";
import { READ_ATTEMPTS, settingsAfter } from "./read-facts.ts";
import { Rows } from "./rows.ts";
import { damaged } from "./section-file.ts";
import { createWal, EMPTY_WAL_BYTES, readWal, WalWriter } from "./wal.ts";
import type { LoggedChange } from "./wal-record.ts";

/** A WAL beyond this, and as large as the file, is put into the file. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** Rows and settings of a collection, and, for a writer, its log. */
export class DiskCollection {
  readonly base: string;
  settings: CollectionSettings;
  rows: Rows;
  readonly #extras: Map<string, Uint8Array>;
  /** Grows with every change, so that search structures know when they are out of date. */
  changeCount = 0;
  /** Rows the file itself holds; those after them came with the log. */
  fileRowCount: number;
  #generation: number;
  #walEnd = 0;
  #lock: WriterLock | null = null;
  #wal: WalWriter | null = null;

  private constructor(base: string, loaded: LoadedFile) {
    this.base = base;
    this.settings = loaded.settings;
    this.rows = loaded.rows;
    this.#extras = new Map(loaded.extras);
    this.fileRowCount = loaded.rows.length;
    this.#generation = loaded.generation;
  }

  /** Makes an empty collection; RESOURCE_ALREADY_EXISTS when there is one. */
  static async create(base: string, settings: CollectionSettings): Promise<void> {
    const { file, wal, lock } = collectionPaths(base);
    const held = await takeWriterLock(lock);
    try {
      if (existsSync(file)) {
        throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${file}\` exists`, {
          hint: "choose another name, or delete the collection first",
        });
      }
      await removeRemains(base);
      // That of a collection that is gone must not be taken for this one's.
      rmSync(wal, { force: true });
      await makeFiles(base, settings);
    } finally {
      releaseWriterLock(base, held);
    }
  }

  /** What acknowledged changes have made of it; sees none of what others change later. */
  static openForReading(base: string, extraNames: readonly string[]): DiskCollection {
    for (let attempt = 1; ; attempt++) {
      const opened = DiskCollection.#load(base, extraNames);
      if (opened !== null) return opened;
      if (attempt === READ_ATTEMPTS) {
        throw damaged(collectionPaths(base).wal, 16, "it belongs to a newer file");
      }
    }
  }

  /** Takes the writer's lock first; cuts off what a crash left half written. */
  static async openForWriting(
    base: string,
    extraNames: readonly string[],
  ): Promise<DiskCollection> {
    const { file, wal, lock } = collectionPaths(base);
    requireFile(file);
    const held = await takeWriterLock(lock);
    try {
      requireFile(file);
      await removeRemains(base);
      const opened = DiskCollection.openForReading(base, extraNames);
      if (opened.#walEnd === 0) {
        await createWal(wal, { generation: opened.#generation, dims: opened.settings.dims });
        opened.#walEnd = EMPTY_WAL_BYTES;
      }
      opened.#wal = new WalWriter(wal, opened.#walEnd);
      opened.#lock = held;
      return opened;
    } catch (error) {
      releaseWriterLock(base, held);
      throw error;
    }
  }

  /** Null when the file was written anew between the two reads. */
  static #load(base: string, extraNames: readonly string[]): DiskCollection | null {
    const { file, wal } = collectionPaths(base);
    requireFile(file);
    const opened = new DiskCollection(base, readCollection(file, extraNames));
    const identity = { generation: opened.#generation, dims: opened.settings.dims };
    const { state, endOffset } = readWal(wal, identity, (change) => opened.#replay(change));
    opened.#walEnd = endOffset;
    return state === "newer" ? null : opened;
  }

  #replay(change: LoggedChange): void {
    this.settings = settingsAfter(this.settings, change);
    if (change.kind === "synced") return;
    this.changeCount++;
    if (change.kind === "delete") {
      for (const id of change.ids) this.rows.remove(id);
      return;
    }
    const { dims } = this.settings;
    change.rows.forEach(({ id, metadata }, i) => {
      this.rows.put(id, metadata, change.vectors.subarray(i * dims, (i + 1) * dims));
    });
  }

  /** A section of a search structure as it was read; asked for once. */
  takeExtra(name: string): Uint8Array | null {
    const bytes = this.#extras.get(name) ?? null;
    this.#extras.delete(name);
    return bytes;
  }

  /** A section read now; null when it is missing, or the file was written anew by another. */
  readExtra(name: string): Uint8Array | null {
    return readSection(collectionPaths(this.base).file, name, this.#generation);
  }

  get walBytes(): number {
    return this.#wal?.sizeBytes ?? this.#walEnd;
  }

  /** Resolves when the rows are durable. */
  async upsert(checked: CheckedRows): Promise<Pick<UpsertResult, "inserted" | "replaced">> {
    const { ids, metadataTexts, vectors, fields } = checked;
    const { dims } = this.settings;
    if (ids.length === 0) return { inserted: 0, replaced: 0 };
    const logged = ids.map((id, i) => ({ id, metadata: metadataTexts[i]! }));
    await this.#writer().append({ kind: "upsert", rows: logged, vectors });
    this.changeCount++;
    this.settings = { ...this.settings, fields };
    let replaced = 0;
    ids.forEach((id, i) => {
      const vector = vectors.subarray(i * dims, (i + 1) * dims);
      if (this.rows.put(id, metadataTexts[i]!, vector)) replaced++;
    });
    return { inserted: ids.length - replaced, replaced };
  }

  /** Resolves with the number of rows there were, when their going is durable. */
  async delete(ids: readonly string[]): Promise<number> {
    const found = [...new Set(ids)].filter((id) => this.rows.find(id) >= 0);
    if (found.length === 0) return 0;
    await this.#writer().append({ kind: "delete", ids: found });
    this.changeCount++;
    for (const id of found) this.rows.remove(id);
    return found.length;
  }

  /** Resolves when it is durable how far the collection has come with its table. */
  async noteSynced(state: SyncState): Promise<void> {
    await this.#writer().append({ kind: "synced", state });
    this.settings = { ...this.settings, synced: state };
  }

  /** Whether the log has grown so long that the file should be written anew. */
  get isDue(): boolean {
    const { size } = statSync(collectionPaths(this.base).file);
    return this.walBytes > Math.max(WAL_LIMIT_BYTES, size);
  }

  /** The live rows in order, without the gaps that replaced and deleted ones leave. */
  packedRows(): Rows {
    const { rows } = this;
    const packed = new Rows(rows.dims, rows.liveCount);
    for (const i of rows.live()) {
      packed.setVector(packed.length, rows.vector(i));
      packed.append(rows.ids[i]!, rows.metadataTexts[i]!);
    }
    return packed;
  }

  /**
   * Writes the file anew with these rows (`packedRows`) and search structures; empties the log.
   * When that fails the collection has its rows all the same; where the new file was in place
   * already, no further change is taken.
   */
  async rewrite(rows: Rows, extras: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const { file, wal } = collectionPaths(this.base);
    const log = this.#writer();
    const generation = this.#generation + 1;
    const { ino } = statSync(file);
    try {
      await writeCollection(file, { settings: this.settings, rows, generation }, extras);
      await createWal(wal, { generation, dims: this.settings.dims });
      this.#wal = new WalWriter(wal, EMPTY_WAL_BYTES);
    } catch (error) {
      // The log at hand is of the file before: with the new one nobody reads it.
      if (statSync(file, { throwIfNoEntry: false })?.ino !== ino) log.refuse(error);
      throw error;
    }
    log.close();
    this.#generation = generation;
    this.rows = rows;
    this.fileRowCount = rows.length;
    this.changeCount = 0;
  }

  #writer(): WalWriter {
    if (this.#wal !== null) return this.#wal;
    throw new SovereignError("INVALID_STATE", "the collection is open for reading", {
      hint: 'open it with `mode: "write"`',
    });
  }

  close(): void {
    this.#wal?.close();
    this.#wal = null;
    this.#lock?.release();
    this.#lock = null;
  }

  /** Removes the collection and closes it; nobody else can have written to it in between. */
  remove(): void {
    this.#writer();
    removeFiles(this.base);
    this.#wal?.close();
    this.#wal = null;
    this.#lock?.releaseForGood();
    this.#lock = null;
  }
}

async function makeFiles(base: string, settings: CollectionSettings): Promise<void> {
  const { file, wal } = collectionPaths(base);
  const { dims } = settings;
  try {
    const rows = new Rows(dims);
    await writeCollection(file, { settings, rows, generation: 1 }, new Map());
    await createWal(wal, { generation: 1, dims });
  } catch (error) {
    removeFiles(base);
    throw error;
  }
}

function requireFile(path: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT" && errnoOf(cause) !== "ENOTDIR") throw cause;
  }
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no collection \`${path}\``, {
    hint: "`sovereign vector list` shows those there are, `vector create` makes one",
  });
}
