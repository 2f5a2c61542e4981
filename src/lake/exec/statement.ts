/**
 * One statement on its way through the executor: its text, its parameters, the engine scope that
 * dies with its result, and the ids it hands out. Read `result.ts` next.
 */
import type { Engine } from "../engine/index.ts";
import type { Statement } from "../sql/ast.ts";
import type { RelationDefinition } from "../sql/bind/context.ts";
import type { LiteralExpression } from "../sql/plan/expression.ts";
import type { Session } from "./session.ts";

/** What goes into the commits of a statement beside its changes. */
export interface CommitNotes {
  readonly userMetadata?: string | undefined;
  /** Marks the commit as an application's nth; one the table has already is not made again. */
  readonly txn?: { readonly appId: string; readonly version: number | bigint } | undefined;
}

export class StatementContext {
  readonly session: Session;
  readonly text: string;
  readonly parameters: ReadonlyMap<string, LiteralExpression>;
  readonly notes: CommitNotes;
  /** Relations only this statement knows, by lower-case name; they come before all others. */
  readonly relations = new Map<string, RelationDefinition>();
  #engine: Promise<Engine> | null = null;
  #nextId = 1;

  constructor(
    session: Session,
    text: string,
    parameters: ReadonlyMap<string, LiteralExpression>,
    notes: CommitNotes = {},
  ) {
    this.session = session;
    this.text = text;
    this.parameters = parameters;
    this.notes = notes;
  }

  /** The engine in a scope of this statement; what it prepares is dropped by `close`. */
  engine(): Promise<Engine> {
    this.#engine ??= this.session.engine().then((engine) => engine.scope());
    return this.#engine;
  }

  /** A fresh attribute id. */
  readonly allocate = (): number => this.#nextId++;

  /** Text of a part of the statement. */
  textOf(part: { span: { start: number; end: number } }): string {
    return this.text.slice(part.span.start, part.span.end);
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    if (engine) await (await engine).close();
  }
}

/** The member of the statement union with this kind. */
export type StatementOf<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;
