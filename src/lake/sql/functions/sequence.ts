/**
 * `sequence` (Spark 4.2 `Sequence`): whole numbers in the engine, dates and timestamps by
 * TypeScript. Every element is counted from the start, so that months keep the day of the start.
 */
import { engineType } from "../../engine/engine-type.ts";
import { arrayType, type DataType } from "../../schema/data-type.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { commonType, isDatetime, isIntegral, isInterval } from "../types/type-rules.ts";
import { callScript, entry, letIn, wrongArity } from "./builder.ts";
import type { EmitContext, FunctionDef, Resolution, ResolveContext } from "./definition.ts";
import { temporalSequence } from "./js/sequence.ts";

/** Spark's `MAX_ROUNDED_ARRAY_LENGTH`. */
const MAX_ARRAY_LENGTH = 2147483632;

/** What one row may hold; the engine does not count the elements against its memory limit. */
const MAX_BUILT_ELEMENTS = 50_000_000;

function wrongTypes(context: ResolveContext): Error {
  return mismatch(
    "SEQUENCE_WRONG_INPUT_TYPES",
    "`sequence` takes two whole numbers, or two dates or timestamps and an interval",
    context.span,
  );
}

function boundsType(start: DataType, stop: DataType, context: ResolveContext): DataType {
  const types = [start, stop];
  // Text is a date beside a date; two texts are nothing.
  if (types.every((t) => t.kind === "string" || t.kind === "void")) throw wrongTypes(context);
  const common = commonType(types);
  if (!common || !(isIntegral(common) || isDatetime(common))) throw wrongTypes(context);
  return common;
}

function resolveSequence(args: readonly BoundExpression[], context: ResolveContext): Resolution {
  if (args.length < 2 || args.length > 3) {
    throw wrongArity(context.calledAs, "2 or 3", args.length, context.span);
  }
  const [start, stop, step] = args as [BoundExpression, BoundExpression, BoundExpression?];
  const bounds = boundsType(start.type, stop.type, context);
  const nullable = args.some((arg) => arg.nullable);
  const cast = [context.cast(start, bounds), context.cast(stop, bounds)];
  if (!step) return { type: arrayType(bounds, false), nullable, args: cast };
  if (isIntegral(bounds)) {
    if (!isIntegral(step.type) && step.type.kind !== "void") throw wrongTypes(context);
    const all = commonType([bounds, step.type])!;
    const everything = args.map((arg) => context.cast(arg, all));
    return { type: arrayType(all, false), nullable, args: everything };
  }
  if (!isInterval(step.type)) throw wrongTypes(context);
  return { type: arrayType(bounds, false), nullable, args: [...cast, step] };
}

function emitSequence(args: readonly string[], call: CallExpression, context: EmitContext): string {
  const { type } = call;
  if (type.kind !== "array") throw new Error("no array");
  if (isIntegral(type.element)) return emitNumbers(args, call, context);
  return callScript(context, args, {
    name: "sequence",
    parameters: call.args.map((arg) => arg.type),
    returnType: type,
    call: (values) => temporalSequence(values, type.element, call.args[2]?.type ?? null),
  });
}

/** `generate_series` with the bounds checked as Spark checks them. */
function emitNumbers(args: readonly string[], call: CallExpression, context: EmitContext): string {
  const bind = (index: number, body: (name: string) => string): string =>
    letIn(context, { sql: args[index]!, expression: call.args[index]! }, body);
  return bind(0, (start) =>
    bind(1, (stop) => {
      if (call.args.length === 2) {
        const step = `(CASE WHEN ${start} <= ${stop} THEN 1 ELSE -1 END)`;
        return numbers({ start, stop, step }, call);
      }
      return bind(2, (step) => numbers({ start, stop, step }, call));
    }),
  );
}

function numbers(
  { start, stop, step }: { start: string; stop: string; step: string },
  call: CallExpression,
): string {
  const wide = (name: string): string => `CAST(${name} AS HUGEINT)`;
  const count = `(${wide(stop)} - ${wide(start)}) // ${wide(step)}`;
  return (
    `CASE WHEN ${start} IS NULL OR ${stop} IS NULL OR ${step} IS NULL THEN NULL ` +
    `WHEN ${start} = ${stop} THEN CAST([${start}] AS ${engineType(call.type)}) ` +
    `WHEN ${step} = 0 OR (${step} > 0) <> (${start} < ${stop}) THEN error(` +
    `'[INVALID_PARAMETER_VALUE.SEQUENCE|22023] illegal sequence boundaries: ' || ${start} || ` +
    `' to ' || ${stop} || ' by ' || ${step}) ` +
    `WHEN ${count} >= ${MAX_ARRAY_LENGTH} THEN error('[COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER` +
    `|54000] a sequence would have more elements than an array can hold') ` +
    `WHEN ${count} >= ${MAX_BUILT_ELEMENTS} THEN error('[UNSUPPORTED_FEATURE|0A000] ` +
    `a sequence of more than ${MAX_BUILT_ELEMENTS} elements in one row') ` +
    `ELSE CAST(generate_series(CAST(${start} AS BIGINT), CAST(${stop} AS BIGINT), ` +
    `CAST(${step} AS BIGINT)) AS ${engineType(call.type)}) END`
  );
}

export const SEQUENCE_FUNCTIONS: readonly FunctionDef[] = [
  entry(
    "sequence",
    {
      summary: "The values from a start to a stop, both included, by a step.",
      example: "sequence(1, 5)",
    },
    emitSequence,
    resolveSequence,
  ),
];
