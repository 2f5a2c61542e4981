/**
 * Options of file sources, by lower-case name, with Spark's defaults. An option that would change
 * the answer and is not built is refused by name.
 */
import { SovereignError } from "../../../core/errors.ts";
import { notImplemented } from "../../sql/error.ts";

export type SourceOptions = Readonly<Record<string, string>>;

/** Options that change nothing here: one process, whole files, no schema hints needed. */
const NEUTRAL = new Set([
  "format",
  "schema",
  "inferschema",
  "infercolumntypes",
  "inferdatatypes",
  "mergeschema",
  "recursivefilelookup",
  "pathglobfilter",
  "filenamepattern",
  "maxcolumns",
  "maxcharspercolumn",
  "samplingratio",
  "enforceschema",
  "schemaevolutionmode",
  "ignorecorruptfiles",
  "ignoremissingfiles",
  "encoding",
  "charset",
  "compression",
]);

const CSV = new Set([
  "header",
  "sep",
  "delimiter",
  "quote",
  "escape",
  "nullvalue",
  "mode",
  "comment",
  "multiline",
  "ignoreleadingwhitespace",
  "ignoretrailingwhitespace",
]);

const JSON_OPTIONS = new Set(["multiline", "mode"]);

/** Keys in lower case; refuses keys nothing knows and values that change meaning. */
export function readSourceOptions(
  format: string,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const known = format === "csv" ? CSV : format === "json" ? JSON_OPTIONS : new Set<string>();
  const options: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) {
    const name = key.toLowerCase();
    if (!known.has(name) && !NEUTRAL.has(name)) {
      throw notImplemented(`the option \`${key}\` of ${format} files`);
    }
    options[name] = value;
  }
  const charset = options.encoding ?? options.charset;
  if (charset && !/^utf-?8$/i.test(charset)) throw notImplemented(`the encoding \`${charset}\``);
  return options;
}

/** A boolean option. */
export function flag(options: SourceOptions, name: string, standard: boolean): boolean {
  const value = options[name]?.toLowerCase();
  if (value === undefined) return standard;
  if (value === "true" || value === "false") return value === "true";
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the option \`${name}\` must be true or false, not \`${options[name]}\``,
    { hint: "correct the option" },
  );
}

/** What to do with a record that cannot be read; Spark's default is PERMISSIVE. */
export function parseMode(options: SourceOptions): "PERMISSIVE" | "DROPMALFORMED" | "FAILFAST" {
  const mode = (options.mode ?? "PERMISSIVE").toUpperCase();
  if (mode === "PERMISSIVE" || mode === "DROPMALFORMED" || mode === "FAILFAST") return mode;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${options.mode}\` is no parse mode`, {
    hint: "PERMISSIVE, DROPMALFORMED or FAILFAST",
  });
}
