/**
 * What lives between statements: the current catalog and schema, temporary views, settings, the
 * logs of tables already opened. Changes take turns, so that a session never loses a race against
 * itself; queries run beside them. Read `statement.ts` next.
 */
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import type { Catalog } from "../catalog/index.ts";
import { DeltaLog, type DeltaLogPorts, type Snapshot } from "../delta/index.ts";
import type { TransactionOptions } from "../delta/write/transaction.ts";
import type { Engine } from "../engine/index.ts";
import type { Namespace, ViewDefinition } from "../sql/bind/context.ts";
import { type FileMount, refuseMounted, resolveMounted } from "./file-mounts.ts";
import type { EngineFacts } from "./show/settings.ts";
import type { SessionVariable } from "./variables.ts";

/** A temporary view; it dies with the session. */
export interface TemporaryView {
  readonly name: string;
  readonly definition: ViewDefinition;
  /** Text of the query, for SHOW CREATE and EXPLAIN. */
  readonly text: string;
}

export interface SessionOptions {
  catalog: Catalog;
  clock: Clock;
  /** Folder that relative paths in statements start from. */
  baseFolder: string;
  /** Read-only folders under names of their own. */
  fileMounts?: readonly FileMount[];
  /** Settings that hold where no SET says otherwise. */
  settings?: Readonly<Record<string, string>>;
  /** What SET shows of the engine. */
  facts?: EngineFacts;
  /** Starts the engine on first use. */
  startEngine: () => Promise<Engine>;
  /** Set: changes of tables outside this folder are checked and not made (`plan/dry-run.ts`). */
  scratch?: string;
  logPorts?: DeltaLogPorts;
  transaction?: Pick<TransactionOptions, "beforeCommit" | "checkpointWriter" | "rng">;
}

/** `spark.databricks.delta.properties.defaults.x`: the property `delta.x` of every new table. */
export const PROPERTY_DEFAULTS = "spark.databricks.delta.properties.defaults.";

export class Session {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly baseFolder: string;
  readonly temporaryViews = new Map<string, TemporaryView>();
  readonly settings = new Map<string, string>();
  /** Settings that hold where no SET says otherwise. */
  readonly standards: Readonly<Record<string, string>>;
  /** By `variableKey`. */
  readonly variables = new Map<string, SessionVariable>();
  readonly transaction: Pick<TransactionOptions, "beforeCommit" | "checkpointWriter" | "rng">;
  readonly facts: EngineFacts;
  readonly scratch: string | null;
  namespace: Namespace = { catalog: "main", schema: "default" };
  readonly #fileMounts: readonly FileMount[];
  readonly #startEngine: () => Promise<Engine>;
  readonly #logPorts: DeltaLogPorts;
  readonly #logs = new Map<string, DeltaLog>();
  readonly #standIns = new Map<string, string>();
  #engine: Promise<Engine> | null = null;
  #changes: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: SessionOptions) {
    this.catalog = options.catalog;
    this.clock = options.clock;
    this.baseFolder = options.baseFolder;
    this.transaction = options.transaction ?? {};
    this.facts = options.facts ?? {};
    this.standards = options.settings ?? {};
    this.scratch = options.scratch ?? null;
    this.#fileMounts = options.fileMounts ?? [];
    this.#startEngine = options.startEngine;
    this.#logPorts = options.logPorts ?? {};
  }

  /** A session in the state of this one, on its engine, in which nothing lasts. */
  rehearsal(options: SessionOptions & { scratch: string }): Session {
    const session = new Session({ ...options, startEngine: () => this.engine() });
    session.namespace = this.namespace;
    for (const name of ["temporaryViews", "settings", "variables"] as const) {
      const to = session[name] as Map<string, unknown>;
      for (const [key, value] of this[name]) to.set(key, value);
    }
    return session;
  }

  /** The engine, started when a statement first needs it. */
  engine(): Promise<Engine> {
    if (this.#engine === null) this.requireOpen();
    this.#engine ??= this.#startEngine();
    return this.#engine;
  }

  /** Whether a statement has needed the engine so far. */
  get engineStarted(): boolean {
    return this.#engine !== null;
  }

  /** The log of the table at `location`, kept so that snapshots grow incrementally. */
  log(location: string): DeltaLog {
    const known = this.#logs.get(location);
    if (known) return known;
    const log = DeltaLog.open(location, this.#logPorts);
    this.#logs.set(location, log);
    return log;
  }

  /** Forgets a log whose folder was removed or made anew. */
  forgetLog(location: string): void {
    this.#logs.delete(location);
  }

  async snapshotAt(location: string, version: number): Promise<Snapshot> {
    return this.log(location).snapshot({ version });
  }

  /** Whether writes may add columns without saying so, as Delta's session setting allows. */
  get autoMerge(): boolean {
    const value = this.settings.get("spark.databricks.delta.schema.autoMerge.enabled");
    return value?.toLowerCase() === "true";
  }

  /** A path of a statement as an absolute local path; `file:` URIs are understood. */
  absolutePath(path: string): string {
    const mounted = resolveMounted(path, this.#fileMounts);
    if (mounted !== null) return mounted;
    if (path.startsWith("file:")) {
      return resolve(path.startsWith("file://") ? fileURLToPath(path) : decodeURI(path.slice(5)));
    }
    const scheme = /^([a-z][a-z0-9+.-]+):\//i.exec(path);
    if (scheme) {
      throw new SovereignError(
        "NOT_IMPLEMENTED",
        `paths under \`${scheme[1]}:\` are not supported`,
        {
          hint: "copy the data to a local folder",
        },
      );
    }
    const absolute = isAbsolute(path) ? resolve(path) : resolve(this.baseFolder, path);
    return this.#standIns.get(absolute) ?? absolute;
  }

  /** Whether changes of the table there are only rehearsed. */
  isRehearsed(location: string): boolean {
    return this.scratch !== null && !location.startsWith(this.scratch);
  }

  /** From here on the folder goes for the table at `path`, which a rehearsal does not make. */
  standIn(path: string, folder: string): void {
    this.#standIns.set(path, folder);
  }

  /** Throws PERMISSION_DENIED for a real path that must not be written. */
  checkWritable(path: string): void {
    refuseMounted(path, this.#fileMounts);
  }

  /** Runs a change when those before it are done, however they ended. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#changes.then(() => {
      this.requireOpen();
      return change();
    });
    this.#changes = turn.catch(() => undefined);
    return turn;
  }

  /** Throws INVALID_STATE once the session is closed. */
  requireOpen(): void {
    if (!this.#isClosed) return;
    throw new SovereignError("INVALID_STATE", "the lake is closed", {
      hint: "open it again with openLake()",
    });
  }

  /** Lets the change at hand finish, refuses those behind it, and stops the engine. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#changes;
    const engine = this.#engine;
    this.#engine = null;
    if (engine) await (await engine).close();
  }
}
