/** The head a database file is at, and the refusals of those that do not fit. */
import { SovereignError } from "../../core/errors.ts";
import type { Database } from "../../core/store/index.ts";
import { judgeHead } from "./heads.ts";

/**
 * The head alembic recorded in the file. RESOURCE_CONFLICT for a schema this version does not work
 * on (`toUpgrade`: cannot bring up either) and for another program's database.
 */
export function checkHead(database: Database, { toUpgrade = false } = {}): string {
  const head = readHead(database);
  const uri = `sqlite:///${encodeURI(database.path).replaceAll("?", "%3F")}`;
  const refuse = (what: string, hint: string) =>
    new SovereignError("RESOURCE_CONFLICT", `\`${database.path}\` ${what}`, { hint });
  switch (judgeHead(head)) {
    case "usable":
      return head;
    case "older":
      if (toUpgrade) return head;
      throw refuse(
        `has the schema \`${head}\` of an older MLflow`,
        `run \`sovereign mlflow db upgrade --backend-store-uri ${uri}\`, which keeps a copy`,
      );
    case "ancient":
      throw refuse(
        `has the schema \`${head}\` of an MLflow before 2.22`,
        `run \`mlflow db upgrade ${uri}\` of MLflow 3.11.1 first`,
      );
    case "unknown":
      throw refuse(
        `has the schema \`${head}\`, which this version does not know`,
        `update sovereign, or try \`mlflow db upgrade ${uri}\` of MLflow 3.11.1`,
      );
  }
}

function readHead(database: Database): string {
  const names = database.all<{ name: string }>(
    `SELECT name FROM sqlite_master
      WHERE type = 'table' AND name IN ('alembic_version', 'experiments', 'runs')`,
  );
  const heads =
    names.length === 3
      ? database.all<{ version_num: unknown }>("SELECT version_num FROM alembic_version LIMIT 2")
      : [];
  const head = heads[0]?.version_num;
  if (heads.length === 1 && typeof head === "string") return head;
  throw new SovereignError(
    "RESOURCE_CONFLICT",
    `\`${database.path}\` is a database of another program, not MLflow's`,
    { hint: "name an `mlflow.db`, or a file that does not exist yet to start a fresh one" },
  );
}
