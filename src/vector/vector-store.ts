/** Named collections in one folder: `<name>.vec` and what goes with it. */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { requirePath, requireString } from "../core/arguments.ts";
import { SovereignError } from "../core/errors.ts";
import { createFolders, errnoOf, fsyncDirectory, linkOrCopy } from "../core/io/index.ts";
import { suggestName } from "../core/suggest.ts";
import type { Lake } from "../lake/index.ts";
import { requireLake } from "./check-arguments.ts";
import { Collection } from "./collection.ts";
import {
  type CollectionOptions,
  requireCollectionOptions,
  requireSource,
} from "./collection-options.ts";
import { GRAPH_SECTIONS } from "./graph/collection-index.ts";
import { readHead } from "./store/collection-file.ts";
import { collectionPaths, releaseWriterLock, removeFiles } from "./store/folder.ts";
import { takeWriterLock } from "./store/lock.ts";
import { readFacts } from "./store/read-facts.ts";
import type { CollectionSettings, TableSource } from "./types.ts";

/** Facts of a listing. */
export interface CollectionInfo {
  readonly name: string;
  readonly settings: CollectionSettings;
  readonly rowCount: number;
  /** How its file says that vectors are searched. */
  readonly index: "flat" | "hnsw";
  readonly fileBytes: number;
  readonly logBytes: number;
}

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,199}$/u;
const EXTENSION = ".vec";
/** A file's name has 255, of which its temporary form takes some. */
const MOST_NAME_BYTES = 200;

/** The collections of a folder, by name. Nothing is made before the first collection. */
export class VectorStore {
  readonly folder: string;

  constructor(folder: string) {
    requirePath(folder, "the folder of collections");
    this.folder = folder;
  }

  /** Names in order. */
  names(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => name.endsWith(EXTENSION) && NAME.test(name))
        .map((name) => name.slice(0, -EXTENSION.length))
        .sort();
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return [];
      throw error;
    }
  }

  /** Facts of a collection; vectors and metadata of its file are not read. */
  info(name: string): CollectionInfo {
    const { file, wal } = collectionPaths(this.#base(name));
    const { has, ...facts } = readFacts(file, wal);
    return {
      name,
      index: GRAPH_SECTIONS.some((section) => has(section)) ? "hnsw" : "flat",
      ...facts,
    };
  }

  /** Settings as they are in the file: what never changes is right, and no row is read. */
  madeAs(name: string): CollectionSettings {
    return readHead(collectionPaths(this.#base(name)).file).settings;
  }

  /** The files of a collection whose changes are changes of it. */
  pathsOf(name: string): string[] {
    const { file, wal } = collectionPaths(this.#base(name));
    return [file, wal];
  }

  has(name: string): boolean {
    requireString(name, "the name of a collection");
    return NAME.test(name) && existsSync(collectionPaths(join(this.folder, name)).file);
  }

  /** Makes an empty collection; RESOURCE_ALREADY_EXISTS when there is one. */
  async create(name: string, options: CollectionOptions): Promise<void> {
    this.#requireFree(name);
    createFolders(this.folder);
    await Collection.create(join(this.folder, name), options);
  }

  /**
   * Makes an empty collection that follows a table; `Collection.sync` fills it. Vectors are as long
   * as the table's first one. INVALID_PARAMETER_VALUE for columns that are missing.
   */
  async createFromTable(
    name: string,
    lake: Lake,
    options: Omit<CollectionOptions, "dims"> & { source: TableSource; dims?: number },
  ): Promise<void> {
    requireLake(lake, "the lake");
    requireCollectionOptions(options, "the options");
    const { source, text } = options;
    requireSource(source, "`source`");
    const { describeSource } = await import("./sync/sync.ts");
    const names = (text ?? []).map((field) => (typeof field === "string" ? field : field.name));
    if (options.embedField !== undefined) names.push(options.embedField);
    const { table, dims } = await describeSource(lake, source, names);
    if (options.embedder !== undefined) return this.create(name, options);
    const length = options.dims ?? dims;
    if (length === null) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${table}\` holds no vector yet`, {
        hint: "say how long its vectors are with `--dims`",
      });
    }
    await this.create(name, { ...options, dims: length });
  }

  /** Opens a collection; RESOURCE_DOES_NOT_EXIST names the nearest one. */
  async open(name: string, mode: "read" | "write" = "read"): Promise<Collection> {
    return Collection.open(this.#base(name), mode);
  }

  /** Removes a collection with its files. */
  async drop(name: string): Promise<void> {
    const base = this.#base(name);
    const held = await takeWriterLock(collectionPaths(base).lock);
    try {
      removeFiles(base);
    } finally {
      releaseWriterLock(base, held);
    }
  }

  /**
   * Gives a collection another name, waiting for its writer; RESOURCE_ALREADY_EXISTS when that is
   * taken. Whenever it is cut short the collection is there whole, by one name.
   */
  async rename(name: string, newName: string): Promise<void> {
    const [fromBase, toBase] = [this.#base(name), join(this.folder, newName)];
    const [from, to] = [collectionPaths(fromBase), collectionPaths(toBase)];
    this.#requireFree(newName);
    const held = await takeWriterLock(from.lock);
    try {
      const newHeld = await takeWriterLock(to.lock);
      try {
        this.#base(name);
        this.#requireFree(newName);
        // The log goes ahead: alone it is nothing, and the file must not be without it.
        rmSync(to.wal, { force: true });
        if (existsSync(from.wal)) await linkOrCopy(from.wal, to.wal);
        renameSync(from.file, to.file);
        await fsyncDirectory(this.folder);
      } finally {
        releaseWriterLock(toBase, newHeld);
      }
    } finally {
      releaseWriterLock(fromBase, held);
    }
  }

  #requireFree(name: string): void {
    requireString(name, "the name of a collection");
    if (!NAME.test(name) || Buffer.byteLength(name) > MOST_NAME_BYTES) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` names no collection`, {
        hint: "use letters, digits, `_`, `-` and `.`; up to 200 bytes of them",
      });
    }
    if (!this.has(name)) return;
    throw new SovereignError("RESOURCE_ALREADY_EXISTS", `collection \`${name}\` exists`, {
      hint: "choose another name, or delete it with `sovereign vector delete`",
    });
  }

  #base(name: string): string {
    if (this.has(name)) return join(this.folder, name);
    const near = suggestName(name, this.names());
    const list = "`sovereign vector list` shows those there are";
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no collection \`${name}\``, {
      hint: near === null ? list : `did you mean \`${near}\`? ${list}`,
    });
  }
}
