/**
 * Table functions before binding, which is synchronous: the arguments that must be constants are
 * computed, and `read_files(path, format => …, option => …)` opens its files and settles their
 * schema.
 */
import { extname } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import { type DataType, LONG, STRING } from "../schema/data-type.ts";
import type { Expression, FunctionArgument, Query, Relation, Span, Statement } from "../sql/ast.ts";
import type { Namespace, TableFunctionRequest } from "../sql/bind/context.ts";
import { notImplemented, SqlError } from "../sql/error.ts";
import { parseTableSchema } from "../sql/parse/index.ts";
import type { LiteralExpression } from "../sql/plan/expression.ts";
import type { Plan } from "../sql/plan/plan.ts";
import { CHANGE_FUNCTIONS, openChangesCall } from "./changes/changes-call.ts";
import { type FileSource, openFileSource } from "./file-source.ts";
import type { StatementContext } from "./statement.ts";

/** What is known of a statement's table functions when it is bound. */
export interface TableFunctionPlans {
  /** Opened files and change feeds by function and arguments. */
  sources: Map<string, FileSource>;
  /** Arguments that had to be computed. */
  constants: Map<Expression, LiteralExpression>;
  /** Computes an expression without columns, cast if so wanted; null when it is no constant. */
  fold(expression: Expression, type: DataType | null): Promise<LiteralExpression | null>;
}

type CallNode = {
  kind: "table_function";
  name: { parts: { name: string }[] };
  args: FunctionArgument[];
  span: Span;
};

/** Prepares every call of a tree. */
export async function preloadTableFunctions(
  ctx: StatementContext,
  root: Statement | Query | Relation,
  fold: TableFunctionPlans["fold"],
): Promise<TableFunctionPlans> {
  const plans: TableFunctionPlans = { sources: new Map(), constants: new Map(), fold };
  await extendTableFunctions(ctx, root, plans);
  return plans;
}

/** Prepares the calls of another tree, such as a view's query. */
export async function extendTableFunctions(
  ctx: StatementContext,
  root: Statement | Query | Relation,
  plans: TableFunctionPlans,
  /** Of a view, whose names are read as it was made. */
  namespace: Namespace = ctx.session.namespace,
): Promise<void> {
  for (const call of findCalls(root)) {
    const name = call.name.parts[0]!.name.toLowerCase();
    if (CHANGE_FUNCTIONS.has(name)) {
      await openChanges(ctx, call, plans, namespace);
      continue;
    }
    const type = name === "range" ? LONG : STRING;
    for (const { value } of call.args) {
      if (isPlain(value, type, ctx.parameters)) continue;
      const folded = await plans.fold(value, type);
      if (folded) plans.constants.set(value, folded);
    }
    if (name !== "read_files") continue;
    const args = call.args.map((arg) => ({
      name: arg.name?.name ?? null,
      text: constantText(arg.value, ctx.parameters, plans.constants),
    }));
    const key = keyOf(name, args);
    if (!plans.sources.has(key)) plans.sources.set(key, await openCall(ctx, args));
  }
}

async function openChanges(
  ctx: StatementContext,
  { name: { parts }, args: given, span }: CallNode,
  plans: TableFunctionPlans,
  namespace: Namespace,
): Promise<void> {
  const name = parts[0]!.name.toLowerCase();
  const args: LiteralExpression[] = [];
  for (const { value } of given) {
    const folded = await plans.fold(value, null);
    if (!folded) {
      const hint = "write literals, parameters, or functions of them";
      throw notImplemented(`an argument of ${name} that is no constant`, value.span, hint);
    }
    plans.constants.set(value, folded);
    args.push(folded);
  }
  const key = changesKey(name, args, namespace);
  if (plans.sources.has(key)) return;
  plans.sources.set(key, await openChangesCall(ctx, { name, args, span, namespace }));
}

function changesKey(
  name: string,
  args: readonly LiteralExpression[],
  { catalog, schema }: Namespace,
): string {
  const values = args.map((arg) => [arg.type.kind, literalText(arg)]);
  return JSON.stringify([name, values, catalog, schema]);
}

/** Whether the binder can read the argument as it stands. */
function isPlain(
  value: Expression,
  type: DataType,
  parameters: ReadonlyMap<string, LiteralExpression>,
): boolean {
  if (value.kind === "parameter") {
    const kind = parameters.get(value.name)?.type.kind;
    return type.kind === "string" || kind === undefined || kind === "int" || kind === "long";
  }
  if (value.kind !== "literal") return false;
  const literal = value.value;
  return type.kind === "string" || (literal.kind === "number" && /^-?\d+$/.test(literal.text));
}

const CONSTANT_ARGUMENTS = new Set(["range", "read_files", ...CHANGE_FUNCTIONS]);

function findCalls(root: unknown): CallNode[] {
  const found: CallNode[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    const call = node as Partial<CallNode>;
    const isCall = call.kind === "table_function" && call.name?.parts.length === 1;
    if (isCall && CONSTANT_ARGUMENTS.has(call.name!.parts[0]!.name.toLowerCase())) {
      found.push(node as CallNode);
    }
    for (const value of Object.values(node)) visit(value);
  };
  visit(root);
  return found;
}

/** The plan of a call the binder met. */
export function planTableFunction(
  plans: TableFunctionPlans,
  request: TableFunctionRequest,
): Plan | null {
  if (CHANGE_FUNCTIONS.has(request.name)) {
    const literals = request.args.flatMap(({ value }) => (value.kind === "literal" ? [value] : []));
    const key = changesKey(request.name, literals, request.namespace);
    return plans.sources.get(key)?.(request.allocate) ?? null;
  }
  if (request.name !== "read_files") return null;
  const args = request.args.map((arg) => ({
    name: arg.name,
    text: arg.value.kind === "literal" ? literalText(arg.value) : null,
  }));
  return plans.sources.get(keyOf(request.name, args))?.(request.allocate) ?? null;
}

interface Argument {
  name: string | null;
  text: string | null;
}

function keyOf(name: string, args: readonly Argument[]): string {
  return JSON.stringify([name, args.map((arg) => [arg.name?.toLowerCase() ?? null, arg.text])]);
}

function literalText(literal: LiteralExpression): string | null {
  return literal.value === null ? null : String(literal.value);
}

function constantText(
  expression: Expression,
  parameters: ReadonlyMap<string, LiteralExpression>,
  constants: ReadonlyMap<Expression, LiteralExpression>,
): string {
  const folded = constants.get(expression);
  if (folded && folded.value !== null) return String(folded.value);
  if (expression.kind === "parameter") {
    const value = parameters.get(expression.name);
    if (value && value.value !== null) return String(value.value);
  }
  if (expression.kind === "literal") {
    const { value } = expression;
    if (value.kind === "string") return value.value;
    if (value.kind === "number") return value.text;
    if (value.kind === "boolean") return String(value.value);
  }
  throw notImplemented(
    "an argument of read_files that is no constant",
    expression.span,
    "write literals, parameters, or functions of them",
  );
}

const FORMATS: Readonly<Record<string, string>> = {
  ".csv": "csv",
  ".tsv": "csv",
  ".json": "json",
  ".jsonl": "json",
  ".ndjson": "json",
  ".parquet": "parquet",
  ".txt": "text",
};

async function openCall(ctx: StatementContext, args: readonly Argument[]): Promise<FileSource> {
  const options: Record<string, string> = {};
  let path: string | null = null;
  for (const [i, arg] of args.entries()) {
    if (arg.name === null && i === 0) path = arg.text;
    else if (arg.name?.toLowerCase() === "path") path = arg.text;
    else if (arg.name !== null) options[arg.name] = arg.text!;
    else throw needsPath();
  }
  if (path === null) throw needsPath();
  const lower = Object.fromEntries(Object.entries(options).map(([k, v]) => [k.toLowerCase(), v]));
  const format = (lower.format ?? FORMATS[extname(path.replace(/\.gz$/, ""))])?.toLowerCase();
  if (!format) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `the format of \`${path}\` cannot be told from its name`,
      { hint: "add `format => 'csv'` (or json, parquet, text, binaryFile)" },
    );
  }
  const schema = lower.schema ? parseTableSchema(lower.schema) : null;
  return openFileSource(ctx, { format, path, options, schema, inferTypes: true });
}

function needsPath(): SqlError {
  return new SqlError("read_files needs a path as its first argument", {
    errorClass: "WRONG_NUM_ARGS.WITH_SUGGESTION",
    sqlState: "42605",
    hint: "read_files('landing/orders', format => 'csv', header => true)",
  });
}
