/**
 * The indexes of a server: collections opened at first use and kept, for writing, until the server
 * ends; those that follow tables are synced in the background, continuous ones again and again.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import type { Lake } from "../../lake/index.ts";
import type { Collection } from "../collection.ts";
import type { IndexNames, TableSource, TextField } from "../types.ts";
import type { VectorStore } from "../vector-store.ts";
import { LOCAL_ENDPOINT } from "./endpoints.ts";

export interface IndexesOptions {
  readonly store: VectorStore;
  /** Opens the lake for indexes that follow tables; without it there can be none. */
  readonly openLake?: () => Promise<Lake>;
  readonly clock: Clock;
  /** How often continuous indexes look at their tables. */
  readonly intervalMs: number;
}

/** Databricks scores by 1 / (1 + distance²). */
const METRIC = "l2";

/** A new index of a table. */
export interface TableIndex {
  readonly source: TableSource;
  readonly names: IndexNames;
  /** Without them the index has an embedder, or texts alone. */
  readonly dims?: number;
  readonly embedder?: string;
  readonly embedField?: string;
}

interface OpenIndex {
  readonly collection: Collection;
  sync: Promise<void> | null;
  /** It is being filled for the first time. */
  isFilling: boolean;
  /** What went wrong when it was synced last. */
  failure: string | null;
}

export class Indexes {
  readonly #options: IndexesOptions;
  readonly #open = new Map<string, Promise<OpenIndex>>();
  readonly #stop = new AbortController();
  #lake: Promise<Lake> | null = null;
  #follower: Promise<void> | null = null;

  constructor(options: IndexesOptions) {
    this.#options = options;
  }

  names(): string[] {
    return this.#options.store.names();
  }

  /** Where an index belongs; nothing is opened. */
  endpointOf(name: string): string {
    return this.#options.store.madeAs(name).names?.endpoint ?? LOCAL_ENDPOINT;
  }

  /** The index of that name, opened; RESOURCE_DOES_NOT_EXIST without one. */
  async open(name: string): Promise<OpenIndex> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opening = this.#options.store.open(name, "write").then((collection) => {
      return { collection, sync: null, isFilling: false, failure: null };
    });
    this.#open.set(name, opening);
    // What cannot be opened now may be there at the next try.
    opening.catch(() => this.#open.delete(name));
    return opening;
  }

  /** Makes an index that clients write to. */
  async create(name: string, plan: { names: IndexNames; dims: number }): Promise<void> {
    const text = textColumns(Object.entries(plan.names.schema));
    const { store, clock } = this.#options;
    await store.create(name, { ...plan, metric: METRIC, text, clock });
  }

  /** Makes an index of a table and starts to fill it. */
  async createOfTable(name: string, plan: TableIndex): Promise<void> {
    const { store, clock } = this.#options;
    const lake = await this.#openLake();
    const schema = await (await lake.table(plan.source.table)).schema();
    const wanted = new Set(plan.source.columns?.map((column) => column.toLowerCase()));
    const columns = schema.fields
      .filter((field) => wanted.size === 0 || wanted.has(field.name.toLowerCase()))
      .map((field): [string, string] => [field.name, field.type.kind]);
    const text = textColumns(columns).filter((field) => field !== plan.source.keyColumn);
    await store.createFromTable(name, lake, { ...plan, metric: METRIC, text, clock });
    await this.sync(name);
  }

  /** Starts a sync, unless one is going on. INVALID_STATE for an index without a table. */
  async sync(name: string): Promise<void> {
    const index = await this.open(name);
    const { source } = index.collection.settings;
    if (source === undefined) {
      throw new SovereignError("INVALID_STATE", `index \`${name}\` follows no table`, {
        hint: "write to it with `upsert-data`",
      });
    }
    index.sync ??= this.#syncNow(index).finally(() => {
      index.sync = null;
    });
  }

  async #syncNow(index: OpenIndex): Promise<void> {
    index.isFilling = index.collection.settings.synced === undefined;
    try {
      const lake = await this.#openLake();
      const { clock } = this.#options;
      const { collection } = index;
      const result = await collection.sync(lake, { signal: this.#stop.signal, clock });
      if (result.mode === "full") await collection.optimize();
      index.failure = null;
    } catch (error) {
      index.failure = (error as Error).message;
    } finally {
      index.isFilling = false;
    }
  }

  /** Keeps continuous indexes up to date until the server ends. */
  startFollowing(): void {
    this.#follower ??= this.#follow();
  }

  async #follow(): Promise<void> {
    const { store, intervalMs } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      for (const name of this.names()) {
        // A collection that is damaged or being deleted is no reason to leave the others.
        try {
          const isFollowed = store.madeAs(name).source?.pipeline === "continuous";
          if (isFollowed) await this.sync(name);
        } catch {}
      }
      await pause(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async drop(name: string): Promise<void> {
    const index = await this.open(name);
    await index.sync;
    this.#open.delete(name);
    await index.collection.close();
    await this.#options.store.drop(name);
  }

  /** Ends syncs and closes every collection. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#follower;
    for (const opening of [...this.#open.values()]) {
      const index = await opening.catch(() => null);
      await index?.sync;
      await index?.collection.close();
    }
    this.#open.clear();
  }

  #openLake(): Promise<Lake> {
    const { openLake } = this.#options;
    if (openLake === undefined) {
      throw new SovereignError("NOT_IMPLEMENTED", "this server has no tables", {
        hint: "start it in a project: `sovereign vector serve`",
      });
    }
    this.#lake ??= openLake();
    return this.#lake;
  }
}

/** Databricks searches all text columns; so do indexes made through its API. */
function textColumns(columns: readonly (readonly [string, string])[]): (string | TextField)[] {
  return columns.filter(([, type]) => type.toLowerCase() === "string").map(([name]) => name);
}
