/**
 * Recorded answers of Spark: `spark-sql/*.sql.out` (Spark 4.1's own tests) and `spark-gold`
 * (documented examples). Both become cases of one form.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

export interface GoldenCase {
  readonly sql: string;
  /** `struct<…>`; empty struct for statements and errors. */
  readonly schema: string;
  readonly output: string;
  /** Spark's error class when the statement must fail; `""` when the class is not recorded. */
  readonly error: string | null;
  /** A second recording (another Java) that counts as well. */
  readonly alternative?: string;
  /** Rows were recorded without blanks around them. */
  readonly trimmed?: boolean;
}

export interface GoldenFile {
  readonly name: string;
  readonly cases: readonly GoldenCase[];
  /** Whether each case stands alone (a fresh session for each). */
  readonly independent: boolean;
}

/** The folder of recorded data: beside the checkout, or where SOVEREIGN_CONFORMANCE says. */
export function conformanceRoot(): string | null {
  const named = process.env.SOVEREIGN_CONFORMANCE;
  const found = [named, resolve("../shared/conformance")].find(
    (path) => path !== undefined && existsSync(join(path, "spark-sql")),
  );
  return found ?? null;
}

/** Every `.sql.out` file below `spark-sql` whose name contains `filter`. */
export function readSparkSql(root: string, filter = ""): GoldenFile[] {
  const base = join(root, "spark-sql");
  return walk(base)
    .filter((path) => path.endsWith(".sql.out"))
    .map((path) => ({ path, name: relative(base, path).replace(/\.sql\.out$/, "") }))
    .filter(({ name }) => name.includes(filter))
    .map(({ path, name }) => ({
      name,
      cases: withAlternatives(parseGolden(readFileSync(path, "utf8")), `${path}.java21`),
      independent: false,
    }));
}

function withAlternatives(cases: GoldenCase[], path: string): GoldenCase[] {
  if (!existsSync(path)) return cases;
  const others = parseGolden(readFileSync(path, "utf8"));
  return cases.map((golden, i) => {
    const other = others[i];
    if (!other || other.sql !== golden.sql || other.output === golden.output) return golden;
    return { ...golden, alternative: other.output };
  });
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
    );
}

/** Splits the text of a `.sql.out` file. */
export function parseGolden(text: string): GoldenCase[] {
  return text
    .split(/^-- !query\n/m)
    .slice(1)
    .map((part) => {
      const [sql = "", rest = ""] = part.split("\n-- !query schema\n");
      const [schema = "", output = ""] = rest.split("\n-- !query output\n");
      const body = output.replace(/\n+$/, "");
      return { sql, schema: schema.trim(), output: body, error: errorOf(schema.trim(), body) };
    });
}

function errorOf(schema: string, output: string): string | null {
  if (schema !== "struct<>") return null;
  if (!/^(org\.apache|java\.|scala\.)[\w.$]*(Exception|Error)/.test(output)) return null;
  return output.match(/"(?:errorClass|condition)" : "([^"]*)"/)?.[1] ?? "";
}

interface GoldTest {
  input:
    | string
    | {
        query: string;
        result?: string[];
        schema?: { fields: { name: string; type: unknown }[] };
      };
  exception?: string;
}

/** The function examples of `spark-gold`, one case each. */
export function readSparkGold(root: string, filter = ""): GoldenFile[] {
  const base = join(root, "spark-gold", "function");
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((file) => {
      const name = `gold/${file.replace(/\.json$/, "")}`;
      const { tests } = JSON.parse(readFileSync(join(base, file), "utf8")) as { tests: GoldTest[] };
      return { name, cases: tests.flatMap(goldCase), independent: true };
    })
    .filter(({ name }) => name.includes(filter));
}

function goldCase(test: GoldTest): GoldenCase[] {
  const { input } = test;
  if (typeof input === "string" || !input.result || !input.schema) return [];
  const fields = input.schema.fields.map((f) => `${f.name}:${typeText(f.type)}`);
  return [
    {
      sql: input.query.replace(/;\s*$/, ""),
      schema: `struct<${fields.join(",")}>`,
      // These results come without blanks at their ends.
      output: input.result.join("\n"),
      trimmed: true,
      error: null,
    },
  ];
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  integer: "int",
  long: "bigint",
  short: "smallint",
  byte: "tinyint",
};

/** Spark's JSON form of a type as `catalogString`. */
function typeText(type: unknown): string {
  if (typeof type === "string") return (TYPE_NAMES[type] ?? type).replace(", ", ",");
  const node = type as {
    type: string;
    elementType?: unknown;
    keyType?: unknown;
    valueType?: unknown;
    fields?: { name: string; type: unknown }[];
  };
  switch (node.type) {
    case "array":
      return `array<${typeText(node.elementType)}>`;
    case "map":
      return `map<${typeText(node.keyType)},${typeText(node.valueType)}>`;
    case "struct":
      return `struct<${node.fields!.map((f) => `${f.name}:${typeText(f.type)}`).join(",")}>`;
    default:
      return node.type;
  }
}

export interface OracleCase {
  readonly sql: string;
  readonly schema?: string;
  readonly rows?: readonly Record<string, unknown>[];
  readonly str?: string | null;
  readonly errorClass?: string;
  readonly sqlState?: string;
}

/** The lines of `spark-oracle/expressions.jsonl`. */
export function readOracle(root: string): OracleCase[] {
  const path = join(root, "spark-oracle", "expressions.jsonl");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as OracleCase);
}
