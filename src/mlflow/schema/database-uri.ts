/**
 * Which file a `--backend-store-uri` means, read as SQLAlchemy 2.1 reads it: `sqlite:///relative`,
 * `sqlite:////absolute`, `sqlite://` in memory, percent-encoding undone. A text without a scheme is
 * a path. Missing on purpose: `uri=true` and its SQLite parameters; databases that are no file.
 */
import { resolve } from "node:path";

import { SovereignError } from "../../core/errors.ts";

const SQLITE = /^sqlite(?:\+pysqlite)?:\/\/(.*)$/is;
const SCHEME = /^([a-z][a-z0-9.-]*)(?:\+[a-z0-9_.-]+)?:(?=\/)/i;

/** The absolute path of the database, or `:memory:`. `cwd` is where relative paths start. */
export function parseDatabaseUri(text: string, cwd: string): string {
  const sqlite = SQLITE.exec(text);
  if (sqlite !== null) return databaseOf(text, sqlite[1] ?? "", cwd);
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (text === "" || scheme === "sqlite") throw refuseForm(text);
  if (scheme !== undefined) throw refuseScheme(scheme);
  return resolve(cwd, text);
}

function databaseOf(text: string, rest: string, cwd: string): string {
  const [location = "", query = ""] = rest.split(/\?(.*)/s);
  if (location === "") return ":memory:";
  if (!location.startsWith("/")) throw refuseForm(text);
  if (new URLSearchParams(query).get("uri") === "true") {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `\`uri=true\` in \`${text}\` is not supported`,
      {
        hint: "name the file itself: `sqlite:////absolute/path/mlflow.db`",
      },
    );
  }
  const path = unquote(location.slice(1));
  return path === "" || path === ":memory:" ? ":memory:" : resolve(cwd, path);
}

/** Percent-encoding undone as Python does it: what is malformed stays as it is. */
function unquote(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

function refuseForm(text: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", `\`${text}\` names no SQLite file`, {
    hint: "write `sqlite:///relative/mlflow.db` or `sqlite:////absolute/mlflow.db`",
  });
}

function refuseScheme(scheme: string): SovereignError {
  const [what, hint] =
    scheme === "http" || scheme === "https"
      ? ["is a tracking server, not a database", "give the file the server keeps its data in"]
      : scheme === "file"
        ? [
            "is a folder of a FileStore, not a database",
            "import the folder first: `sovereign mlflow import mlruns`",
          ]
        : [
            "is no SQLite database: it is the only kind this server keeps its data in",
            "write `sqlite:///relative/mlflow.db` or `sqlite:////absolute/mlflow.db`",
          ];
  // The rest of such a URI may hold a password.
  return new SovereignError("INVALID_PARAMETER_VALUE", `\`${scheme}://…\` ${what}`, { hint });
}
