/**
 * A fresh tracking database: the tables of MLflow 3.11.1 and the three rows its server starts with.
 * The texts in `ddl/` make what alembic's chain of migrations makes, constraint names included:
 * later migrations of MLflow find what they change by these names.
 */
import type { Database } from "../../core/store/index.ts";
import { appendToUriPath } from "../artifacts/append-to-uri-path.ts";
import { EVALUATION_DDL } from "./ddl/evaluation.ts";
import { GATEWAY_DDL } from "./ddl/gateway.ts";
import { MODELS_DDL } from "./ddl/models.ts";
import { SERVER_DDL } from "./ddl/server.ts";
import { TRACES_DDL } from "./ddl/traces.ts";
import { TRACKING_DDL } from "./ddl/tracking.ts";
import { CURRENT_HEAD } from "./heads.ts";

/** What a fresh database is filled with. */
export interface FreshFacts {
  readonly nowMs: number;
  /** Where experiments keep their artifacts: `mlflow-artifacts:/`, a folder, a bucket. */
  readonly defaultArtifactRoot: string;
}

/** Makes the tables and first rows in an empty database, all or nothing. */
export function createTrackingSchema(database: Database, facts: FreshFacts): void {
  database.transaction(() => {
    for (const ddl of [
      TRACKING_DDL,
      MODELS_DDL,
      TRACES_DDL,
      EVALUATION_DDL,
      GATEWAY_DDL,
      SERVER_DDL,
    ]) {
      database.exec(joinLines(ddl));
    }
    database.run("INSERT INTO alembic_version (version_num) VALUES (?)", [CURRENT_HEAD]);
    ensureDefaultWorkspace(database);
    ensureDefaultExperiment(database, facts);
  });
}

/** Makes the workspace that everything without one belongs to, where it is missing. */
export function ensureDefaultWorkspace(database: Database): void {
  database.run("INSERT OR IGNORE INTO workspaces (name, description) VALUES (?, ?)", [
    "default",
    "Default workspace for legacy resources",
  ]);
}

/** Makes experiment 0, `Default`, where it is missing: clients count on it. */
export function ensureDefaultExperiment(database: Database, facts: FreshFacts): void {
  const found = database.get("SELECT 1 FROM experiments WHERE experiment_id = 0");
  if (found !== null) return;
  database.run(
    `INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage,
                              creation_time, last_update_time)
     VALUES (0, 'Default', ?, 'active', ?, ?)`,
    [appendToUriPath(facts.defaultArtifactRoot, "0"), facts.nowMs, facts.nowMs],
  );
}

/**
 * One line for each column and constraint. SQLAlchemy reads the names of constraints back from the
 * stored text, line by line.
 */
function joinLines(ddl: string): string {
  return ddl.replace(/\n {4}/g, " ");
}
