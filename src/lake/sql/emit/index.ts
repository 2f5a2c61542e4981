/** The door to printing plans as engine SQL. */
import type { Engine } from "../../engine/types.ts";
import { notImplemented } from "../error.ts";
import type { Plan } from "../plan/plan.ts";
import { type EmittedQuery, emitQuery } from "./relation.ts";
import { emitTableScan } from "./scan.ts";

export { type EmitPorts, type EmittedQuery, emitQuery, withLogicalNames } from "./relation.ts";
export { fileMetadataSql } from "./scan.ts";

/** Prints a plan for an engine, preparing its scans there. */
export function emitPlan(plan: Plan, engine: Engine): Promise<EmittedQuery> {
  return emitQuery(plan, {
    scan(scan) {
      if (scan.kind === "scan") return emitTableScan(scan, engine);
      throw notImplemented(`a direct scan of ${scan.format} files`);
    },
  });
}
