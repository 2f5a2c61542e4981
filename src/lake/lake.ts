/**
 * A lake: a folder of Delta tables, a catalog of their names, one SQL session, and an engine that
 * starts when a statement first needs it. What reads only the log (history, listings, details)
 * never starts it, nor does it load the SQL front end (`sql-door.ts`), which takes longer to load
 * than such a command should run.
 */

import { availableParallelism, totalmem } from "node:os";
import { resolve } from "node:path";
import { type Clock, systemClock } from "../core/clock.ts";
import { SovereignError } from "../core/errors.ts";
import type { Store } from "../core/store/index.ts";
import {
  type Catalog,
  createMemoryCatalog,
  createStoreCatalog,
  type Mount,
  mountCatalogs,
} from "./catalog/index.ts";
import { createWasmCheckpointReader, createWasmCheckpointWriter } from "./checkpoint/index.ts";
import { type DeltaTable, openDeltaTable } from "./delta-table.ts";
import { createLargeCheckpointPort, type Engine, startEngine } from "./engine/index.ts";
import type { ExecuteOptions } from "./exec/execute.ts";
import type { FileMount } from "./exec/file-mounts.ts";
import type { StatementResult } from "./exec/result.ts";
import { Session } from "./exec/session.ts";
import type { EngineFacts } from "./exec/show/settings.ts";
import type { StructType } from "./schema/data-type.ts";
import { placeParseError } from "./script-statements.ts";
import type { ParsedStatement } from "./sql/ast.ts";
import { locate, SqlError } from "./sql/error.ts";

export interface LakeOptions {
  /** Folder of managed tables. */
  root: string;
  /** Metadata store with the catalog; without one the catalog dies with the process. */
  store?: Store;
  /** Folder that relative paths in SQL start from; default the working directory. */
  baseFolder?: string;
  /** Bytes, or `4GB`, `512 MiB`. Default: the engine's own, 80 % of memory. */
  memoryLimit?: number | string;
  threads?: number;
  /** Folder below which the engine spills. */
  tempDirectory?: string;
  /** Folders the engine may touch; default any local one. The network is never reachable. */
  allowedDirectories?: readonly string[];
  /** Read-only catalogs over folders, such as the bundled samples. */
  mounts?: readonly Mount[];
  /** Read-only folders that paths in SQL reach under names such as `/databricks-datasets`. */
  fileMounts?: readonly FileMount[];
  clock?: Clock;
}

export interface Lake {
  readonly catalog: Catalog;
  /** Current catalog and schema of the session. */
  readonly namespace: { readonly catalog: string; readonly schema: string };
  /** Runs one statement. */
  sql(text: string, options?: ExecuteOptions): Promise<StatementResult>;
  /**
   * Runs several statements, each when the one before was taken; the caller reads or closes each
   * result. The first error ends the script, its line counted from the script's start.
   */
  script(text: string, options?: ExecuteOptions): AsyncIterable<StatementResult>;
  /** A table by name (`main.default.orders`) or path (``delta.`/data/orders` ``). */
  table(name: string): Promise<DeltaTable>;
  /** Columns of a table or view, or null when there is none of that name. Starts no engine. */
  schemaOf(name: string): Promise<StructType | null>;
  /** The engine, started if need be: for checks and tools beside SQL. */
  engine(): Promise<Engine>;
  /** Stops running queries. */
  interrupt(): void;
  close(): Promise<void>;
}

/** Opens a lake. Nothing is created or started yet. */
export async function openLake(options: LakeOptions): Promise<Lake> {
  const root = resolve(options.root);
  const base = options.store ? createStoreCatalog(options.store, root) : createMemoryCatalog(root);
  const catalog = mountCatalogs(base, options.mounts ?? []);
  let engine: Engine | null = null;
  const session: Session = new Session({
    catalog,
    clock: options.clock ?? systemClock,
    baseFolder: resolve(options.baseFolder ?? "."),
    ...(options.fileMounts === undefined ? {} : { fileMounts: options.fileMounts }),
    logPorts: {
      checkpointReader: createWasmCheckpointReader(),
      largeCheckpoints: createLargeCheckpointPort(() => session.engine()),
    },
    transaction: { checkpointWriter: createWasmCheckpointWriter() },
    facts: engineFacts(options),
    startEngine: async () => {
      const { readEngineError } = await import("./sql-door.ts");
      const limit = memoryLimitBytes(options.memoryLimit);
      engine = await startEngine({
        ...(limit === undefined ? {} : { memoryLimitBytes: limit }),
        ...(options.threads === undefined ? {} : { threads: options.threads }),
        ...(options.tempDirectory === undefined ? {} : { tempDirectory: options.tempDirectory }),
        ...(options.allowedDirectories ? { allowedDirectories: options.allowedDirectories } : {}),
        mapRuntimeError: readEngineError,
      });
      return engine;
    },
  });
  return new SessionLake(session, () => engine?.interrupt());
}

class SessionLake implements Lake {
  readonly #session: Session;
  readonly #interrupt: () => void;

  constructor(session: Session, interrupt: () => void) {
    this.#session = session;
    this.#interrupt = interrupt;
  }

  get catalog(): Catalog {
    return this.#session.catalog;
  }

  get namespace() {
    return this.#session.namespace;
  }

  async sql(text: string, options: ExecuteOptions = {}): Promise<StatementResult> {
    const { executeStatement, parseScript } = await import("./sql-door.ts");
    const [statement, ...more] = placeParseError(text, () => parseScript(text));
    if (!statement) throw noStatement();
    if (more.length > 0) throw severalStatements();
    return executeStatement(this.#session, statement, options);
  }

  async *script(text: string, options: ExecuteOptions = {}): AsyncGenerator<StatementResult> {
    const { parseScript } = await import("./sql-door.ts");
    for (const statement of placeParseError(text, () => parseScript(text))) {
      yield await this.#runAt(text, statement, options);
    }
  }

  /** Runs one statement of a script; places in its errors count from the script's first line. */
  async #runAt(
    script: string,
    statement: ParsedStatement,
    options: ExecuteOptions,
  ): Promise<StatementResult> {
    const { executeStatement } = await import("./sql-door.ts");
    const scriptPlace = locate(script, statement.offset);
    return executeStatement(this.#session, statement, { ...options, scriptPlace });
  }

  async table(name: string): Promise<DeltaTable> {
    return openDeltaTable(this.#session, await nameParts(name));
  }

  async schemaOf(name: string): Promise<StructType | null> {
    const { relationSchema } = await import("./sql-door.ts");
    return relationSchema(this.#session, await nameParts(name));
  }

  engine(): Promise<Engine> {
    return this.#session.engine();
  }

  interrupt(): void {
    this.#interrupt();
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/** A plain name, each part a word or between back-ticks, needs no parser. */
const PLAIN_NAME = /^(?:[a-z_]\w*|`[^`]+`)(?:\.(?:[a-z_]\w*|`[^`]+`)){0,2}$/i;

async function nameParts(name: string): Promise<string[]> {
  if (PLAIN_NAME.test(name)) {
    return name.match(/`[^`]+`|\w+/g)!.map((part) => part.replaceAll("`", ""));
  }
  const { parseExpression } = await import("./sql-door.ts");
  const expression = parseExpression(name);
  if (expression.kind === "column") return expression.name.parts.map((part) => part.name);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` is not a table's name`, {
    hint: "write `catalog.schema.table`, or delta.`/path`",
  });
}

/** The engine's limits in Spark's words; by default it takes every core and 80 % of the memory. */
function engineFacts({ memoryLimit, threads }: LakeOptions): EngineFacts {
  const bytes = memoryLimitBytes(memoryLimit) ?? totalmem() * 0.8;
  const memory = `${Math.floor(bytes / 1024 ** 2)}m`;
  return {
    "spark.driver.memory": memory,
    "spark.executor.memory": memory,
    "spark.executor.cores": String(threads ?? availableParallelism()),
  };
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1000,
  ki: 1024,
  m: 1000 ** 2,
  mi: 1024 ** 2,
  g: 1000 ** 3,
  gi: 1024 ** 3,
  t: 1000 ** 4,
  ti: 1024 ** 4,
};

/** Bytes of `4GB`, `512 MiB` or a plain number. */
export function memoryLimitBytes(limit: number | string | undefined): number | undefined {
  if (limit === undefined || typeof limit === "number") return limit;
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?\s*$/i.exec(limit);
  const unit = match && UNITS[match[2]!.toLowerCase()];
  if (match && unit !== undefined && unit !== null) return Math.round(Number(match[1]) * unit);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${limit}\` is not an amount of memory`, {
    hint: "write it as `4GB` or `512MB`",
  });
}

function noStatement(): SqlError {
  return new SqlError("there is no statement", {
    errorClass: "PARSE_EMPTY_STATEMENT",
    sqlState: "42617",
    hint: "write one, for example SELECT 1",
  });
}

function severalStatements(): SqlError {
  return new SqlError("there is more than one statement", {
    errorClass: "PARSE_SYNTAX_ERROR",
    sqlState: "42601",
    hint: "run them one by one, or use script()",
  });
}
