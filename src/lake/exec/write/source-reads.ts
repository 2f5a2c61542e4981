/**
 * What the queries of a change (the source of an INSERT or MERGE, subqueries of its expressions)
 * read of the very table it changes: part of the transaction, so that rows others change meanwhile
 * are noticed. Other tables are read at one version and no more.
 */
import type { CommitRequest, PrunePredicate, Snapshot } from "../../delta/index.ts";
import type { BoundExpression } from "../../sql/plan/expression.ts";
import type { Plan, ScanPlan } from "../../sql/plan/plan.ts";
import { optimizePlan } from "../../sql/plan/rules/index.ts";
import { walkExpression, walkPlan } from "../../sql/plan/transform.ts";

export type Reads = Pick<CommitRequest, "readPredicates" | "readWholeTable" | "readFiles">;

/** The reads of `source` in the table of `target`, or null when it has none. */
export async function sourceReads(target: Snapshot, source: Plan): Promise<Reads | null> {
  // A scan of an older version was asked for as such: what happens since does not bear on it.
  const scans = scansOf(optimizePlan(source)).filter(
    ({ snapshot }) => snapshot.tableRoot === target.tableRoot && snapshot.version >= target.version,
  );
  if (scans.length === 0) return null;
  const everything: PrunePredicate = { kind: "literal", value: true };
  const files = await Promise.all(
    scans.map((scan) => scan.snapshot.scanFiles(scan.prune ?? undefined)),
  );
  return {
    readPredicates: scans.map((scan) => scan.prune ?? everything),
    readFiles: new Set(files.flat().map((file) => file.add.path)),
  };
}

/** The reads that the subqueries in `expressions` make in the table of `target`, or null. */
export async function subqueryReads(
  target: Snapshot,
  expressions: Iterable<BoundExpression | null>,
): Promise<Reads | null> {
  const plans: Plan[] = [];
  for (const expression of expressions) {
    if (!expression) continue;
    walkExpression(expression, (node) => {
      if (node.kind === "subquery") plans.push(node.plan);
    });
  }
  let reads: Reads | null = null;
  for (const plan of plans) {
    reads = mergeReads(reads, await sourceReads(target, plan));
  }
  return reads;
}

/** Both reads together; null when there are none. */
export function mergeReads(a: Reads, b: Reads | null): Reads;
export function mergeReads(a: Reads | null, b: Reads | null): Reads | null;
export function mergeReads(a: Reads | null, b: Reads | null): Reads | null {
  if (!a || !b) return a ?? b;
  return {
    readPredicates: [...(a.readPredicates ?? []), ...(b.readPredicates ?? [])],
    readWholeTable: (a.readWholeTable ?? false) || (b.readWholeTable ?? false),
    readFiles: new Set([...(a.readFiles ?? []), ...(b.readFiles ?? [])]),
  };
}

function scansOf(root: Plan): ScanPlan[] {
  const scans: ScanPlan[] = [];
  walkPlan(root, (plan) => {
    if (plan.kind === "scan") scans.push(plan);
  });
  return scans;
}
