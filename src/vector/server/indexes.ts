/**
 * The indexes of a server. Those that follow tables are synced in the background, continuous ones
 * again and again.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import type { Lake } from "../../lake/index.ts";
import type { Collection } from "../collection.ts";
import type { IndexNames, TableSource, TextField } from "../types.ts";
import type { VectorStore } from "../vector-store.ts";
import { LOCAL_ENDPOINT } from "./endpoints.ts";
import { OpenCollections } from "./open-collections.ts";

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

/** How an index and its table get on. */
export interface SyncStatus {
  /** The sync that is going on. */
  readonly running: Promise<void> | null;
  /** It is the first one, so that the index is not to be searched yet. */
  readonly isFilling: boolean;
  /** What went wrong when it was synced last. */
  readonly failure: string | null;
}

const IDLE: SyncStatus = { running: null, isFilling: false, failure: null };
/** How long a collection stays locked for other processes after it was written. */
const IDLE_MS = 2000;

export class Indexes {
  readonly #options: IndexesOptions;
  readonly #open: OpenCollections;
  readonly #syncs = new Map<string, SyncStatus>();
  readonly #stop = new AbortController();
  #lake: Promise<Lake> | null = null;
  #follower: Promise<void> | null = null;

  constructor(options: IndexesOptions) {
    this.#options = options;
    this.#open = new OpenCollections(options.store, IDLE_MS);
  }

  names(): string[] {
    return this.#options.store.names();
  }

  /** Where an index belongs; nothing is opened. */
  endpointOf(name: string): string {
    return this.#options.store.madeAs(name).names?.endpoint ?? LOCAL_ENDPOINT;
  }

  /** The embedders of collections; nothing is opened. */
  embedders(): string[] {
    return this.names().flatMap((name) => {
      try {
        return this.#options.store.madeAs(name).embedder?.spec ?? [];
      } catch (error) {
        // One damaged file must not hide the others.
        if (error instanceof SovereignError) return [];
        throw error;
      }
    });
  }

  /** Lends the collection of an index; RESOURCE_DOES_NOT_EXIST without one of that name. */
  use<T>(
    name: string,
    mode: "read" | "write",
    work: (collection: Collection) => T | Promise<T>,
  ): Promise<T> {
    return this.#open.use(name, mode, work);
  }

  statusOf(name: string): SyncStatus {
    return this.#syncs.get(name) ?? IDLE;
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
    const { source, synced } = await this.use(name, "read", ({ settings }) => settings);
    if (source === undefined) {
      throw new SovereignError("INVALID_STATE", `index \`${name}\` follows no table`, {
        hint: "write to it with `upsert-data`",
      });
    }
    const { running, failure } = this.statusOf(name);
    if (running !== null) return;
    const isFilling = synced === undefined;
    this.#syncs.set(name, { running: this.#syncNow(name), isFilling, failure });
  }

  async #syncNow(name: string): Promise<void> {
    let failure: string | null = null;
    try {
      const lake = await this.#openLake();
      const { clock } = this.#options;
      await this.use(name, "write", async (collection) => {
        const { signal } = this.#stop;
        const result = await collection.sync(lake, { signal, clock, willOptimize: true });
        if (result.mode === "full") await collection.optimize();
      });
    } catch (error) {
      failure = (error as Error).message;
    }
    this.#syncs.set(name, { ...IDLE, failure });
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
          if (store.madeAs(name).source?.pipeline !== "continuous") continue;
          const lake = await this.#openLake();
          const isDone = await this.use(name, "read", (index) => index.isUpToDate(lake));
          if (!isDone) await this.sync(name);
        } catch {}
      }
      await pause(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async drop(name: string): Promise<void> {
    await this.statusOf(name).running;
    await this.#open.forget(name);
    await this.#options.store.drop(name);
    this.#syncs.delete(name);
  }

  /** Ends syncs and closes every collection. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#follower;
    for (const { running } of [...this.#syncs.values()]) await running;
    await this.#open.close();
  }

  #openLake(): Promise<Lake> {
    const { openLake } = this.#options;
    if (openLake === undefined) {
      throw new SovereignError("NOT_IMPLEMENTED", "this server has no tables", {
        hint: "start it in a project: `sovereign vector serve`",
      });
    }
    this.#lake ??= openLake().catch((error: unknown) => {
      // What is in the way may go.
      this.#lake = null;
      throw error;
    });
    return this.#lake;
  }
}

/** Databricks searches all text columns; so do indexes made through its API. */
function textColumns(columns: readonly (readonly [string, string])[]): (string | TextField)[] {
  return columns.filter(([, type]) => type.toLowerCase() === "string").map(([name]) => name);
}
