/**
 * The bound plan as one engine query. Every attribute is printed as the column `c<id>`; ids are
 * unique in a statement, so a correlated column is simply named and the engine finds it in the
 * query around. Scans are printed by the executor, which is asked for all of them first.
 *
 * What the engine does otherwise than Spark is spelled out: order of NULLs, -0.0 as a grouping key,
 * the empty grouping set over no rows. Read `block.ts` first; expressions are in `expression.ts`.
 */
import { quoteIdentifier } from "../../engine/engine-type.ts";
import type {
  Attribute,
  BoundExpression,
  SortKey,
  SubqueryExpression,
} from "../plan/expression.ts";
import {
  type FileScanPlan,
  outputOf,
  type Plan,
  type ScanPlan,
  type WithPlan,
} from "../plan/plan.ts";
import { expressionsOf, someExpression, walkPlan } from "../plan/transform.ts";
import { emitAggregate } from "./aggregate.ts";
import { type Block, isPlain, printBlock, readFrom } from "./block.ts";
import { createExpressionContext, emitExpression, type NeededFunctions } from "./expression.ts";
import { emitGenerate } from "./generate.ts";
import { emitJoin } from "./join.ts";
import { emitLeaf, emitScan } from "./leaf.ts";
import { emitRecursive, streamRecursion } from "./recursive.ts";
import { emitSetOperation } from "./set-operation.ts";
import { isFloatingType, normalizeFloat, printSortKeys } from "./sort-key.ts";
import { emitSubquery } from "./subquery.ts";
import { emitWindow } from "./window.ts";

export type ScanLike = ScanPlan | FileScanPlan;

/** What the emitter asks of its caller. */
export interface EmitPorts {
  /** Engine SQL of a relation with the scan's output columns, quoted by name. */
  scan(plan: ScanLike): Promise<string>;
}

export interface EmittedQuery {
  /**
   * Columns stand in the order of `columns` and carry their names, unless two are alike; then
   * they are called `r0`, `r1` …
   */
  readonly sql: string;
  readonly columns: readonly Attribute[];
  /** Register these before the query runs. */
  readonly functions: NeededFunctions;
}

/** Prints a plan as an engine query. */
export async function emitQuery(plan: Plan, ports: EmitPorts): Promise<EmittedQuery> {
  const scans = new Map<ScanLike, string>();
  for (const scan of collectScans(plan)) scans.set(scan, await ports.scan(scan));
  const functions: NeededFunctions = new Map();
  const emitter = createEmitter(scans, functions);
  const output = outputOf(plan).filter((attribute) => !attribute.hidden);
  return {
    sql: emitter.root(plan, output),
    columns: output,
    functions,
  };
}

/** The query with its columns named as the result shows them, for storing its rows. */
export function withLogicalNames(query: EmittedQuery): string {
  const names = query.columns.map((c) => quoteIdentifier(c.name));
  return `SELECT * FROM (${query.sql}) AS named(${names.join(", ")})`;
}

/** Every scan of the plan, subqueries included. */
export function collectScans(plan: Plan): ScanLike[] {
  const scans = new Set<ScanLike>();
  walkPlan(plan, (node) => {
    if (node.kind === "scan" || node.kind === "file_scan") scans.add(node);
  });
  return [...scans];
}

/** The printers of one statement; operators in sibling files call back into it. */
export interface Emitter {
  block(plan: Plan): Block;
  /** A FROM item of the plan's columns. */
  fromItem(plan: Plan): string;
  /** A block that reads the given one as a derived table. */
  wrap(block: Block): Block;
  expression(expression: BoundExpression): string;
  sortKeys(keys: readonly SortKey[]): string;
  /** An alias no other FROM item of the statement has. */
  alias(): string;
  /** The whole query with its result columns. */
  root(plan: Plan, output: readonly Attribute[]): string;
}

/** Engine name of an attribute. */
export function columnName(attribute: Attribute): string {
  return `c${attribute.id}`;
}

function createEmitter(scans: ReadonlyMap<ScanLike, string>, functions: NeededFunctions): Emitter {
  let aliases = 0;
  const context = createExpressionContext(
    {
      attribute: columnName,
      subquery: (expression: SubqueryExpression) => emitSubquery(expression, emitter),
    },
    functions,
  );
  const emitter: Emitter = {
    block: (plan) => emitBlock(plan, emitter, scans),
    fromItem: (plan) => {
      const block = emitter.block(plan);
      return isPlain(block) ? block.from : emitter.wrap(block).from;
    },
    wrap: (block) => readFrom(`(${printBlock(block)}) AS ${emitter.alias()}`),
    expression: (expression) => emitExpression(expression, context),
    sortKeys: (keys) => printSortKeys(keys, emitter.expression),
    alias: () => `t${++aliases}`,
    root: (plan, output) => emitRoot(plan, output, emitter),
  };
  return emitter;
}

function emitRoot(plan: Plan, output: readonly Attribute[], emitter: Emitter): string {
  if (plan.kind === "with") {
    return `${withClause(plan, emitter)} ${emitRoot(plan.input, output, emitter)}`;
  }
  const block = emitter.block(plan);
  // A derived table keeps its order in the engine while nothing above reorders it.
  const open = block.columns === null && !block.distinct ? block : emitter.wrap(block);
  const names = resultNames(output);
  const columns = output.map((a, i) => `${columnName(a)} AS ${names[i]!}`);
  return printBlock({ ...open, columns: columns.join(", ") || "1 AS none" });
}

/** A result name must not look like an attribute: ORDER BY beside it would mean the result. */
function resultNames(output: readonly Attribute[]): string[] {
  const names = output.map((a) => a.name.toLowerCase());
  const plain = new Set(names).size === names.length && !names.some((n) => /^c\d+$/.test(n));
  return output.map((a, i) => (plain && a.name !== "" ? quoteIdentifier(a.name) : `r${i}`));
}

// ---------------------------------------------------------------- operators

function emitBlock(plan: Plan, emitter: Emitter, scans: ReadonlyMap<ScanLike, string>): Block {
  switch (plan.kind) {
    case "scan":
    case "file_scan":
      return emitScan(plan, scans.get(plan), emitter);
    case "project": {
      const input = emitter.block(plan.input);
      const open = input.columns === null && !input.distinct ? input : emitter.wrap(input);
      return { ...open, columns: projectColumns(plan, emitter) };
    }
    case "filter": {
      const input = emitter.block(plan.input);
      const open =
        input.columns === null && !input.distinct && input.limit === null
          ? input
          : emitter.wrap(input);
      return { ...open, where: [...open.where, `(${emitter.expression(plan.condition)})`] };
    }
    case "sort": {
      const input = emitter.block(plan.input);
      const free = input.columns === null && !input.distinct && input.limit === null;
      const open = free ? input : emitter.wrap(input);
      return { ...open, orderBy: emitter.sortKeys(plan.keys) };
    }
    case "limit": {
      const input = emitter.block(plan.offset ? plan.input : streamRecursion(plan.input));
      const open = input.limit === null ? input : emitter.wrap(input);
      const limit = plan.limit ? `LIMIT ${emitter.expression(plan.limit)}` : "";
      const offset = plan.offset ? `OFFSET ${emitter.expression(plan.offset)}` : "";
      return { ...open, limit: `${limit} ${offset}`.trim() };
    }
    case "distinct":
      return emitDistinct(plan.input, emitter);
    case "join":
      return emitJoin(plan, emitter);
    case "aggregate":
      return emitAggregate(plan, emitter);
    case "window":
      return emitWindow(plan, emitter);
    case "generate":
      return emitGenerate(plan, emitter);
    case "set_operation":
      return emitSetOperation(plan, emitter);
    case "with":
      return readFrom(
        `(${withClause(plan, emitter)} ${printBlock(emitter.block(plan.input))}) AS ` +
          emitter.alias(),
      );
    case "recursive":
      return emitRecursive(plan, emitter);
    case "cte_ref":
      return readFrom(
        `cte${plan.cteId} AS ${emitter.alias()}(${plan.output.map(columnName).join(", ")})`,
      );
    default:
      return emitLeaf(plan, emitter);
  }
}

function projectColumns(plan: Extract<Plan, { kind: "project" }>, emitter: Emitter): string {
  const seen = new Set<number>();
  const columns: string[] = [];
  for (const { expression, output } of plan.expressions) {
    if (seen.has(output.id)) continue;
    seen.add(output.id);
    const sql = emitter.expression(expression);
    const name = columnName(output);
    columns.push(sql === name ? name : `${sql} AS ${name}`);
  }
  return columns.join(", ") || "1 AS none";
}

/** Distinct columns, each once, with -0.0 made 0.0 as Spark's grouping does. */
function emitDistinct(input: Plan, emitter: Emitter): Block {
  const block = emitter.block(input);
  const output = outputOf(input);
  const floats = output.some(isFloating);
  if (!floats && !block.distinct && block.orderBy === null && block.limit === null) {
    return { ...block, distinct: true };
  }
  const columns = uniqueColumns(output).map((a) => normalized(a));
  return { ...emitter.wrap(block), columns: columns.join(", ") || "1 AS none", distinct: true };
}

/** Attributes without repeated ids. */
export function uniqueColumns(attributes: readonly Attribute[]): Attribute[] {
  return [...new Map(attributes.map((a) => [a.id, a])).values()];
}

export function isFloating(attribute: Attribute): boolean {
  return isFloatingType(attribute.type);
}

/** The column, with -0.0 turned into 0.0. */
export function normalized(attribute: Attribute): string {
  const name = columnName(attribute);
  return isFloating(attribute) ? `${normalizeFloat(name, attribute.type)} AS ${name}` : name;
}

/** Definitions print their columns by position, so that a repeated column stays two columns. */
function withClause(plan: WithPlan, emitter: Emitter): string {
  const entries = plan.definitions.map((definition) => {
    const block = emitter.block(definition.plan);
    const open = block.columns === null && !block.distinct ? block : emitter.wrap(block);
    const columns = outputOf(definition.plan).map((a, i) => `${columnName(a)} AS k${i}`);
    const sql = printBlock({ ...open, columns: columns.join(", ") || "1 AS none" });
    const materialized = isVolatile(definition.plan) ? "MATERIALIZED " : "";
    return `cte${definition.id} AS ${materialized}(${sql})`;
  });
  return `WITH ${entries.join(", ")}`;
}

function isVolatile(plan: Plan): boolean {
  let found = false;
  walkPlan(plan, (node) => {
    if (node.kind === "sample") found = true;
    for (const expression of expressionsOf(node)) {
      found ||= someExpression(expression, (e) => e.kind === "call" && e.fn.volatile === true);
    }
  });
  return found;
}
