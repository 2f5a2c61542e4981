/**
 * Collections that a server has open. Readers keep one each and open it anew when another process
 * has changed its files; a writer holds the collection's lock until it has been idle for a while, so
 * that commands get their turn. Nothing is closed under somebody's hands.
 */
import { statSync } from "node:fs";
import type { Collection } from "../collection.ts";
import type { VectorStore } from "../vector-store.ts";

type Mode = "read" | "write";

/** One open collection, and how many use it now. */
interface Holder {
  readonly collection: Collection;
  readonly mode: Mode;
  /** Of the files when they were opened. */
  readonly stamp: string;
  users: number;
  isRetired: boolean;
  idleTimer: NodeJS.Timeout | null;
}

export class OpenCollections {
  readonly #store: VectorStore;
  readonly #idleMs: number;
  readonly #holders = new Map<string, Holder>();
  /** One opening at a time for each name. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(store: VectorStore, idleMs: number) {
    this.#store = store;
    this.#idleMs = idleMs;
  }

  /** Lends a collection to `work`, as it is now, or for writing. */
  async use<T>(
    name: string,
    mode: Mode,
    work: (collection: Collection) => T | Promise<T>,
  ): Promise<T> {
    const holder = await this.#inTurn(name, () => this.#acquire(name, mode));
    try {
      return await work(holder.collection);
    } finally {
      await this.#release(name, holder);
    }
  }

  /** Closes a collection when those who use it have ended. */
  forget(name: string): Promise<void> {
    return this.#inTurn(name, () => this.#retire(name));
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    for (const name of [...this.#holders.keys()]) await this.forget(name);
  }

  async #acquire(name: string, mode: Mode): Promise<Holder> {
    const known = this.#holders.get(name);
    const stamp = stampOf(this.#store.pathsOf(name));
    const isGood =
      known?.mode === "write" || (known !== undefined && mode === "read" && known.stamp === stamp);
    if (known !== undefined && isGood) return lend(known);
    await this.#retire(name);
    const collection = await this.#store.open(name, mode);
    const holder: Holder = {
      ...{ collection, mode, stamp, users: 0, isRetired: false },
      idleTimer: null,
    };
    this.#holders.set(name, holder);
    return lend(holder);
  }

  async #release(name: string, holder: Holder): Promise<void> {
    holder.users--;
    if (holder.users > 0) return;
    if (holder.isRetired) await holder.collection.close();
    else if (holder.mode === "write") {
      holder.idleTimer = setTimeout(() => void this.forget(name), this.#idleMs);
      holder.idleTimer.unref();
    }
  }

  async #retire(name: string): Promise<void> {
    const holder = this.#holders.get(name);
    if (holder === undefined || (holder.mode === "write" && holder.users > 0)) return;
    this.#holders.delete(name);
    holder.isRetired = true;
    if (holder.idleTimer !== null) clearTimeout(holder.idleTimer);
    if (holder.users === 0) await holder.collection.close();
  }

  #inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(name) ?? Promise.resolve();
    const result = before.then(work, work);
    const settled = result.catch(() => undefined);
    this.#turns.set(name, settled);
    void settled.then(() => {
      if (this.#turns.get(name) === settled) this.#turns.delete(name);
    });
    return result;
  }
}

function lend(holder: Holder): Holder {
  holder.users++;
  if (holder.idleTimer !== null) clearTimeout(holder.idleTimer);
  holder.idleTimer = null;
  return holder;
}

/** Changes with every change of the files. */
function stampOf(paths: readonly string[]): string {
  const facts = paths.map((path) => statSync(path, { throwIfNoEntry: false, bigint: true }));
  return facts.map((file) => `${file?.ino} ${file?.size} ${file?.mtimeNs}`).join(" ");
}
