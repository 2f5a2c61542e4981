/**
 * What the query of an INSERT reads of the very table it adds to: part of the transaction, so that
 * rows others change meanwhile are noticed. Other tables are read at one version and no more.
 */
import type { CommitRequest, PrunePredicate } from "../../delta/index.ts";
import type { Plan, ScanPlan } from "../../sql/plan/plan.ts";
import { optimizePlan } from "../../sql/plan/rules/index.ts";
import { walkPlan } from "../../sql/plan/transform.ts";
import type { TableHandle } from "../table-handle.ts";

export type Reads = Pick<CommitRequest, "readPredicates" | "readWholeTable" | "readFiles">;

/** The reads of `source` in the table of `handle`, or null when it has none. */
export async function sourceReads(handle: TableHandle, source: Plan): Promise<Reads | null> {
  // A scan of an older version was asked for as such: what happens since does not bear on it.
  const scans = scansOf(optimizePlan(source)).filter(
    ({ snapshot }) =>
      snapshot.tableRoot === handle.snapshot.tableRoot &&
      snapshot.version >= handle.snapshot.version,
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

/** Both reads together. */
export function mergeReads(a: Reads | null, b: Reads | null): Reads {
  if (!a || !b) return a ?? b ?? {};
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
