/**
 * Reads the recorded statements beside the checkout (`../shared/conformance`, or the folder in
 * SOVEREIGN_CONFORMANCE) that say which texts Spark parses. Sources: Spark's own `sql-tests`
 * results and the statement lists of lakehq/sail, both Apache-2.0.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");

export const CONFORMANCE =
  process.env.SOVEREIGN_CONFORMANCE ?? join(CHECKOUT, "../shared/conformance");

export const hasConformance = existsSync(join(CONFORMANCE, "spark-sql"));

export interface RecordedStatement {
  file: string;
  text: string;
  /** The condition of Spark's ParseException; undefined when Spark parsed the text. */
  parseError?: string;
}

const PARSE_EXCEPTION = "org.apache.spark.sql.catalyst.parser.ParseException";

/** Every statement of `spark-sql/**.sql.out*` in order. */
export function readSparkSql(): RecordedStatement[] {
  const root = join(CONFORMANCE, "spark-sql");
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.includes(".sql.out")).sort();
  return files.flatMap((name) => readOutFile(join(root, name), relative(root, join(root, name))));
}

function readOutFile(path: string, file: string): RecordedStatement[] {
  const blocks = readFileSync(path, "utf8")
    .split(/^-- !query\n/m)
    .slice(1);
  return blocks.map((block) => {
    const [text = "", rest = ""] = block.split(/\n-- !query schema\n/);
    const output = rest.split(/\n-- !query output\n/)[1] ?? "";
    if (!output.startsWith(PARSE_EXCEPTION)) return { file, text };
    const found = /"errorClass" : "([^"]+)"/.exec(output);
    return { file, text, parseError: found?.[1] ?? "unknown" };
  });
}

interface GoldCase {
  input: string | { query: string };
  exception?: string;
}

/** The cases of one list of `spark-gold`; `exception` is what Spark said. */
export function readGold(name: string): RecordedStatement[] {
  const path = join(CONFORMANCE, "spark-gold", name);
  const { tests } = JSON.parse(readFileSync(path, "utf8")) as { tests: GoldCase[] };
  return tests.map(({ input, exception }) => {
    const text = typeof input === "string" ? input : input.query;
    if (exception === undefined) return { file: name, text };
    return { file: name, text, parseError: /\[([A-Z_.0-9]+)\]/.exec(exception)?.[1] ?? "unknown" };
  });
}

/** Names of the lists in a folder of `spark-gold`. */
export function listGold(folder: string): string[] {
  return readdirSync(join(CONFORMANCE, "spark-gold", folder))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => `${folder}/${name}`);
}
