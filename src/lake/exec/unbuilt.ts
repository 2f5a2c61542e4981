/**
 * Statements that are recognised and not built: their names, and what to do instead. The list that
 * people read is in `help delta` and in the README.
 */
import type { Statement } from "../sql/ast.ts";
import { notImplemented, type SqlError } from "../sql/error.ts";

interface Unbuilt {
  name: string;
  hint: string;
}

const STATEMENTS: Partial<Record<Statement["kind"], Unbuilt>> = {
  analyze: {
    name: "ANALYZE",
    hint: "leave it out: every write records the statistics that queries use",
  },
  refresh: { name: "REFRESH", hint: "leave it out: every statement reads the newest version" },
  cache: { name: "CACHE", hint: "leave it out: nothing is kept between statements" },
  uncache: { name: "UNCACHE", hint: "leave it out: nothing is kept between statements" },
  msck: {
    name: "MSCK REPAIR TABLE",
    hint: "leave it out: a Delta table's log knows its partitions",
  },
  create_view_using: {
    name: "CREATE VIEW … USING",
    hint: "this version lacks it; use CREATE TEMPORARY VIEW v AS SELECT * FROM read_files(…)",
  },
};

/** By the first words of a statement that is read no further. */
const KEYWORDS: readonly (readonly [RegExp, string])[] = [
  [/^(CREATE|DROP|ALTER) .*(FUNCTION|TEMPORARY|TEMP)$/, "put the expression into a view"],
  [/^(GRANT|REVOKE|DENY|SHOW GRANTS?|SHOW ROLES?|SET ROLE)/, "the files' own permissions hold"],
  [/^(LOCK|UNLOCK|START|COMMIT|ROLLBACK)/, "leave it out: each statement is one transaction"],
  [/^BEGIN/, "write the statements one after the other"],
  [/^(LOAD|PUT)/, "use COPY INTO, or INSERT INTO t SELECT * FROM read_files('path')"],
  [/^INSERT OVERWRITE DIRECTORY/, "`sovereign lake export` writes a query's rows into a file"],
  [/^FROM … INSERT/, "write one INSERT for each table"],
  [/^CACHE/, "use CREATE TEMPORARY VIEW"],
  [/^CLEAR/, "leave it out: nothing is kept between statements"],
  [/^WITH … (UPDATE|DELETE|MERGE)/, "put the query into a view, or into the statement"],
  [/^SET TIME ZONE/, "sessions run in UTC"],
  [/^CREATE MATERIALIZED|^CREATE STREAMING/, "use CREATE TABLE … AS SELECT, or a view"],
];

/** Whether a statement is recognised and not built. */
export function isUnbuilt(statement: Statement): boolean {
  return statement.kind === "unsupported" || statement.kind in STATEMENTS;
}

/** The refusal of a statement nobody has built. */
export function unbuilt(statement: Statement): SqlError {
  const { span } = statement;
  if (statement.kind === "unsupported") {
    const found = KEYWORDS.find(([pattern]) => pattern.test(statement.keyword));
    const hint = found ? `this version lacks it; ${found[1]}` : LACKING;
    return notImplemented(statement.keyword, span, hint);
  }
  const known = STATEMENTS[statement.kind];
  return notImplemented(known?.name ?? statement.kind.toUpperCase(), span, known?.hint ?? LACKING);
}

const LACKING = "this version lacks it; `sovereign help delta` lists what is missing";
