/**
 * Window functions: OVER clauses with named windows and frames, and taking the calls out of the
 * expressions of a SELECT into the window operator (Spark 4.2 `ExtractWindowExpressions`).
 */
import { holdsVariant } from "../../engine/engine-type.ts";
import { formatTypeSql } from "../../schema/data-type.ts";
import type { FrameBound, NamedWindow, SortItem, WindowSpec } from "../ast.ts";
import { prettyName } from "../emit/pretty-name.ts";
import { notImplemented, SqlError } from "../error.ts";
import type {
  Attribute,
  BoundExpression,
  BoundFrameBound,
  BoundWindow,
  CallExpression,
} from "../plan/expression.ts";
import type { Plan } from "../plan/plan.ts";
import { childrenOf, mapChildren, someExpression } from "../plan/transform.ts";
import { implicitCast } from "../types/coercion.ts";
import { isIntegral, isNumeric } from "../types/type-rules.ts";
import { refer } from "./column.ts";
import type { BindContext } from "./context.ts";
import type { ExpressionEnv } from "./environment.ts";
import { bindExpression } from "./expression.ts";
import { foldInteger } from "./fold.ts";
import { expressionKey } from "./key.ts";
import { bindSortItems } from "./order.ts";
import { quoteName, sameName } from "./scope.ts";

// ---------------------------------------------------------------- OVER

/** Binds an OVER clause. */
export function bindWindowSpec(spec: WindowSpec, env: ExpressionEnv): BoundWindow {
  const merged = spec.base ? withBase(spec, env.windows) : spec;
  const inner: ExpressionEnv = { ...env, clause: "window", allowWindows: false };
  const partitionBy = merged.partitionBy.map((e) => bindExpression(e, inner));
  const unordered = partitionBy.find((e) => holdsVariant(e.type));
  if (unordered) {
    throw new SqlError("a VARIANT has no order to partition by", {
      errorClass: "EXPRESSION_TYPE_IS_NOT_ORDERABLE",
      sqlState: "42822",
      span: unordered.span,
      hint: "partition by a part of it, cast to a type",
    });
  }
  const items = merged.orderBy.map((item: SortItem) => ({ kind: "item" as const, item }));
  const orderBy = bindSortItems(items, inner, null);
  if (!merged.frame) return { partitionBy, orderBy };
  const { unit } = merged.frame;
  const bind = (bound: FrameBound) => bindBound(bound, unit, orderBy[0]?.expression ?? null, inner);
  const frame = { unit, start: bind(merged.frame.start), end: bind(merged.frame.end) };
  checkFrame(merged, { partitionBy, orderBy, frame });
  return { partitionBy, orderBy, frame };
}

function withBase(spec: WindowSpec, windows: readonly NamedWindow[]): WindowSpec {
  const named = windows.find((w) => sameName(w.name.name, spec.base!.name));
  if (!named) {
    throw new SqlError(`window specification ${quoteName(spec.base!.name)} is not defined`, {
      errorClass: "MISSING_WINDOW_SPECIFICATION",
      sqlState: "42P20",
      span: spec.base!.span,
      hint: "define it in the WINDOW clause",
    });
  }
  const base = named.spec.base ? withBase(named.spec, windows) : named.spec;
  const plain = spec.partitionBy.length === 0 && spec.orderBy.length === 0 && !spec.frame;
  if (!plain) throw notImplemented("extending a named window", spec.span);
  return base;
}

function bindBound(
  bound: FrameBound,
  unit: "rows" | "range",
  key: BoundExpression | null,
  env: ExpressionEnv,
): BoundFrameBound {
  if (!bound.value) return { kind: bound.kind };
  const value = bindExpression(bound.value, env);
  if (!isConstant(value)) {
    throw new SqlError("a window frame bound must be a constant", {
      errorClass: "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE",
      sqlState: "42K09",
      span: bound.value.span,
      hint: "write a literal",
    });
  }
  if (unit === "rows") return { kind: bound.kind, value: rowsOffset(value, bound) };
  if (!key) return { kind: bound.kind, value };
  return { kind: bound.kind, value: rangeOffset(value, key, bound) };
}

function isConstant(expression: BoundExpression): boolean {
  return !someExpression(
    expression,
    (node) => node.kind === "attribute" || node.kind === "subquery" || isVolatile(node),
  );
}

function isVolatile(node: BoundExpression): boolean {
  return node.kind === "call" && node.fn.volatile === true;
}

function rowsOffset(value: BoundExpression, bound: FrameBound): BoundExpression {
  if (!isIntegral(value.type) || value.type.kind === "long") {
    throw frameType(`a ROWS frame is counted in INT, not ${formatTypeSql(value.type)}`, bound);
  }
  const folded = foldInteger(value);
  if (typeof folded !== "bigint") throw notImplemented("a computed frame bound", bound.value!.span);
  return value;
}

function rangeOffset(
  value: BoundExpression,
  key: BoundExpression,
  bound: FrameBound,
): BoundExpression {
  const from = value.type;
  const to = key.type;
  if (isNumeric(from) && isNumeric(to)) {
    if (from.kind === to.kind) return value;
    if (isIntegral(from) && typeof foldInteger(value) === "bigint") return implicitCast(value, to);
    throw notImplemented("a RANGE frame whose bound has another type than its key", value.span);
  }
  if (from.kind === "interval_dt" || from.kind === "interval_ym") {
    if (to.kind === "timestamp" || to.kind === "timestamp_ntz") return value;
    if (to.kind === "date" && from.kind === "interval_ym") return value;
    throw notImplemented("this RANGE frame of an interval", value.span);
  }
  if (to.kind === "date" && isIntegral(from)) {
    throw notImplemented("a RANGE frame of days", value.span);
  }
  throw new SqlError(
    `a RANGE frame over ${formatTypeSql(to)} cannot be bounded by ${formatTypeSql(from)}`,
    {
      errorClass: "DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE",
      sqlState: "42K09",
      span: bound.value!.span,
      hint: "order by a number or a timestamp",
    },
  );
}

function frameType(message: string, bound: FrameBound): SqlError {
  return new SqlError(message, {
    errorClass: "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
    sqlState: "42K09",
    span: bound.value!.span,
    hint: "write a whole number",
  });
}

const BOUND_ORDER = {
  unbounded_preceding: 0,
  preceding: 1,
  current_row: 2,
  following: 3,
  unbounded_following: 4,
} as const;

function checkFrame(spec: WindowSpec, window: BoundWindow): void {
  const { frame, orderBy } = window;
  if (!frame) return;
  const valued = frame.start.value !== undefined || frame.end.value !== undefined;
  const bounds =
    frame.start.kind !== "unbounded_preceding" || frame.end.kind !== "unbounded_following";
  if (frame.unit === "range" && orderBy.length === 0 && bounds) {
    throw frameError("RANGE_FRAME_WITHOUT_ORDER", "a RANGE frame needs ORDER BY", spec);
  }
  if (frame.unit === "range" && valued && orderBy.length > 1) {
    throw frameError("RANGE_FRAME_MULTI_ORDER", "a RANGE frame allows one ORDER BY column", spec);
  }
  if (BOUND_ORDER[frame.start.kind] > BOUND_ORDER[frame.end.kind] || crossed(frame)) {
    throw frameError(
      "SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON",
      "the lower bound of a window frame must not be above its upper bound",
      spec,
    );
  }
}

/** `2 PRECEDING AND 3 PRECEDING`: same side, wrong way round. */
function crossed(frame: NonNullable<BoundWindow["frame"]>): boolean {
  const { start, end } = frame;
  if (start.kind !== end.kind || !start.value || !end.value) return false;
  const a = foldInteger(start.value);
  const b = foldInteger(end.value);
  if (typeof a !== "bigint" || typeof b !== "bigint") return false;
  return start.kind === "preceding" ? a < b : a > b;
}

function frameError(subclass: string, message: string, spec: WindowSpec): SqlError {
  return new SqlError(message, {
    errorClass: `DATATYPE_MISMATCH.${subclass}`,
    sqlState: "42K09",
    span: spec.span,
    hint: "see the frame clause of the OVER (…)",
  });
}

// ---------------------------------------------------------------- extraction

/** Collects the window calls of one SELECT. */
export interface Windowing {
  /** Replaces window calls by columns of the window operator. */
  extract(expression: BoundExpression): BoundExpression;
  /** The window operator over `input`, or `input` itself when no call was met. */
  plan(input: Plan): Plan;
  isEmpty(): boolean;
}

/** An empty collection. */
export function createWindowing(context: BindContext): Windowing {
  const calls = new Map<string, { call: CallExpression; output: Attribute }>();
  const extract = (node: BoundExpression): BoundExpression => {
    if (node.kind !== "call" || !node.window) return mapChildren(node, extract);
    if (childrenOf(node).some((child) => someExpression(child, isWindowCall))) throw nested(node);
    const key = expressionKey(node);
    const known = calls.get(key);
    if (known) return refer(known.output);
    const output: Attribute = {
      id: context.allocate(),
      name: prettyName(node),
      type: node.type,
      nullable: node.nullable,
      qualifier: [],
    };
    calls.set(key, { call: node, output });
    return refer(output);
  };
  return {
    extract,
    plan: (input) =>
      calls.size === 0 ? input : { kind: "window", input, calls: [...calls.values()] },
    isEmpty: () => calls.size === 0,
  };
}

function isWindowCall(node: BoundExpression): boolean {
  return node.kind === "call" && node.window !== undefined;
}

function nested(call: CallExpression): SqlError {
  return new SqlError("it is not allowed to use a window function inside another one", {
    errorClass: "NESTED_WINDOW_FUNCTION",
    sqlState: "42K0E",
    span: call.span,
    hint: "compute the inner one in a subquery",
  });
}
