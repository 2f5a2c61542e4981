/**
 * A lake: a folder of Delta tables, a catalog of their names, one SQL session, and an engine that
 * starts when a statement first needs it. What reads only the log (history, listings, details)
 * never starts it, nor does it load the SQL front end (`sql-door.ts`), which takes longer to load
 * than such a command should run.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { systemClock } from "../core/clock.ts";
import { SovereignError } from "../core/errors.ts";
import {
  type Catalog,
  copyCatalog,
  createMemoryCatalog,
  createStoreCatalog,
  mountCatalogs,
} from "./catalog/index.ts";
import { createWasmCheckpointReader, createWasmCheckpointWriter } from "./checkpoint/index.ts";
import { createTableText } from "./create-table-text.ts";
import { openDeltaTable } from "./delta-table.ts";
import { createLargeCheckpointPort, type Engine, startEngine } from "./engine/index.ts";
import { engineFacts, memoryLimitBytes } from "./engine-limits.ts";
import type { ExecuteOptions } from "./exec/execute.ts";
import type { PlannedStatement } from "./exec/plan/dry-run.ts";
import type { StatementResult } from "./exec/result.ts";
import { PROPERTY_DEFAULTS, Session, type SessionOptions } from "./exec/session.ts";
import type { InputRows } from "./input-rows.ts";
import type { CreateTableOptions, Lake, LakeOptions } from "./lake-api.ts";
import type { StructType } from "./schema/data-type.ts";
import { placeParseError } from "./script-statements.ts";
import type { ParsedStatement, StatementKind } from "./sql/ast.ts";
import { locate, SqlError } from "./sql/error.ts";
import type { DeltaTable } from "./table-api.ts";

/**
 * Opens the lake at `root`. Nothing is created or started yet: the engine is, when a statement
 * first needs it. `await using lake = await openLake(…)` closes it at the end of the block.
 */
export async function openLake(options: LakeOptions): Promise<Lake> {
  if (typeof options?.root !== "string") {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "openLake needs a folder", {
      hint: 'pass it as `root`: openLake({ root: "lake" })',
    });
  }
  const root = resolve(options.root);
  const base = options.store ? createStoreCatalog(options.store, root) : createMemoryCatalog(root);
  const catalog = mountCatalogs(base, options.mounts ?? []);
  let engine: Engine | null = null;
  const own: SessionOptions = {
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
    settings: {
      [`${PROPERTY_DEFAULTS}enableDeletionVectors`]: String(options.deletionVectors ?? true),
    },
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
  };
  const session = new Session(own);
  const rehearse = (scratch: string): Session => {
    const copy = mountCatalogs(copyCatalog(base, scratch), options.mounts ?? []);
    return session.rehearsal({ ...own, catalog: copy, scratch });
  };
  return new SessionLake(session, {
    interrupt: () => engine?.interrupt(),
    rehearse,
  });
}

interface LakeParts {
  interrupt(): void;
  /** A session like the lake's own in which nothing lasts; its new tables go into the folder. */
  rehearse(scratch: string): Session;
}

class SessionLake implements Lake {
  readonly #session: Session;
  readonly #parts: LakeParts;

  constructor(session: Session, parts: LakeParts) {
    this.#session = session;
    this.#parts = parts;
  }

  get catalog(): Catalog {
    return this.#session.catalog;
  }

  get namespace() {
    return this.#session.namespace;
  }

  async sql(text: string, options: ExecuteOptions = {}): Promise<StatementResult> {
    this.#session.requireOpen();
    requireText(text);
    const { parseScript } = await import("./sql-door.ts");
    const [statement, ...more] = placeParseError(text, () => parseScript(text));
    if (!statement) throw noStatement();
    if (more.length > 0) throw severalStatements();
    return this.#execute(statement, options);
  }

  async *script(text: string, options: ExecuteOptions = {}): AsyncGenerator<StatementResult> {
    this.#session.requireOpen();
    requireText(text);
    const { parseScript } = await import("./sql-door.ts");
    for (const statement of placeParseError(text, () => parseScript(text))) {
      yield await this.#execute(statement, {
        ...options,
        scriptPlace: locate(text, statement.offset),
      });
    }
  }

  async *plan(
    text: string,
    { parameters }: Pick<ExecuteOptions, "parameters"> = {},
  ): AsyncGenerator<PlannedStatement> {
    this.#session.requireOpen();
    requireText(text);
    const { dryRun, parseScript } = await import("./sql-door.ts");
    const statements = placeParseError(text, () => parseScript(text));
    const scratch = mkdtempSync(join(tmpdir(), "sovereign-dry-run-"));
    try {
      const session = this.#parts.rehearse(scratch);
      yield* dryRun(session, statements, { script: text, scratch, parameters });
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  async #execute(statement: ParsedStatement, options: ExecuteOptions): Promise<StatementResult> {
    const { executeStatement } = await import("./sql-door.ts");
    const run = () => executeStatement(this.#session, statement, options);
    return READING.has(statement.statement.kind) ? run() : this.#session.inTurn(run);
  }

  async table(name: string): Promise<DeltaTable> {
    this.#session.requireOpen();
    return openDeltaTable(this.#session, await nameParts(name));
  }

  async createTable(
    name: string,
    rows: InputRows,
    options: CreateTableOptions = {},
  ): Promise<DeltaTable> {
    const parts = await nameParts(name);
    const text = createTableText(parts, HANDED_ROWS, options);
    await (await this.sql(text, { rows: { [HANDED_ROWS]: rows } })).close();
    return openDeltaTable(this.#session, parts);
  }

  async schemaOf(name: string): Promise<StructType | null> {
    this.#session.requireOpen();
    const { relationSchema } = await import("./sql-door.ts");
    return relationSchema(this.#session, await nameParts(name));
  }

  async engine(): Promise<Engine> {
    return this.#session.engine();
  }

  interrupt(): void {
    this.#parts.interrupt();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Name of handed rows in the text of a statement; nobody calls a table so. */
const HANDED_ROWS = "handed rows";

/** Statements that change nothing need not wait for those that do. */
const READING: ReadonlySet<StatementKind> = new Set(["query", "show", "describe", "explain"]);

/** A plain name, each part a word or between back-ticks, needs no parser. */
const PLAIN_NAME = /^(?:[a-z_]\w*|`[^`]+`)(?:\.(?:[a-z_]\w*|`[^`]+`)){0,2}$/i;

async function nameParts(name: string): Promise<string[]> {
  if (PLAIN_NAME.test(name)) {
    return name.match(/`[^`]+`|\w+/g)!.map((part) => part.replaceAll("`", ""));
  }
  const { parseExpression } = await import("./sql-door.ts");
  const expression = tryParse(() => parseExpression(name));
  if (expression?.kind === "column") return expression.name.parts.map((part) => part.name);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` is not a table's name`, {
    hint: "write `catalog.schema.table`, or delta.`/path`",
  });
}

function tryParse<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}

function requireText(text: unknown): void {
  if (typeof text === "string") return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `a statement is text, not ${typeof text}`, {
    hint: 'pass it as a string: lake.sql("SELECT 1")',
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
