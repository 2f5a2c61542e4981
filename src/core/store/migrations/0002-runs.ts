/** Job runs and their tasks. A run whose process died stays `running`; `pid` tells them apart. */
import type { Migration } from "../migrate.ts";

export const runs: Migration = {
  id: 2,
  name: "runs",
  sql: `
CREATE TABLE runs (
  run_id INTEGER PRIMARY KEY AUTOINCREMENT,
  bundle TEXT NOT NULL,
  bundle_path TEXT NOT NULL,
  target TEXT,
  job TEXT NOT NULL,
  parameters TEXT NOT NULL CHECK (json_valid(parameters)),
  status TEXT NOT NULL
    CHECK (status IN ('running', 'success', 'failed', 'cancelled', 'interrupted')),
  pid INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  duration_ms INTEGER
) STRICT;
CREATE INDEX runs_job ON runs (job, run_id);

CREATE TABLE run_tasks (
  run_id INTEGER NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  task_key TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('success', 'failed', 'skipped', 'cancelled')),
  started_at_ms INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  statement_count INTEGER NOT NULL,
  message TEXT,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
`,
};
