/**
 * TABLESAMPLE (Spark 4.2 `Sample`). `n ROWS` is LIMIT; all or nothing is exact. Which rows a real
 * percentage takes depends on a random seed, or with REPEATABLE on Spark's generator over the rows
 * of each partition: those are refused.
 */
import type { Expression, Sample, Span } from "../ast.ts";
import { notImplemented } from "../error.ts";
import { typedLiteral } from "../types/literal.ts";
import type { QueryEnv } from "./environment.ts";
import { bindRowCount } from "./order.ts";
import type { BoundRelation } from "./relation-alias.ts";

/** Binds a sample of a relation. */
export function bindSample(
  input: BoundRelation,
  sample: Sample,
  span: Span,
  env: QueryEnv,
): BoundRelation {
  if (sample.kind === "rows") {
    const limit = bindRowCount(sample.value, "limit", env);
    return { ...input, plan: { kind: "limit", input: input.plan, limit, offset: null } };
  }
  const share = fractionOf(sample);
  if (share === 1) return input;
  if (share !== 0) {
    throw notImplemented("TABLESAMPLE of a part of the rows", span, "use LIMIT, or rand() < 0.1");
  }
  const condition = typedLiteral(false, { kind: "boolean" });
  return { ...input, plan: { kind: "filter", input: input.plan, condition } };
}

function fractionOf(sample: Sample): number {
  const value = numberOf(sample.value);
  return sample.outOf ? value / numberOf(sample.outOf) : value / 100;
}

function numberOf(expression: Expression): number {
  if (expression.kind !== "literal" || expression.value.kind !== "number") return Number.NaN;
  return Number(expression.value.text);
}
