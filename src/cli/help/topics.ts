/**
 * Pages about things that belong to no single command: `sovereign help <topic>`. Tables of codes,
 * keys and variables come from the code that acts on them.
 */
import { CONFIG_KEYS, ENVIRONMENT_VARIABLES, environmentName } from "../../core/config/schema.ts";
import { listErrorCodes, SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import { formatItems, formatSection, type HelpLayout, wrapText } from "./layout.ts";

export interface HelpTopic {
  readonly name: string;
  readonly summary: string;
  format(layout: HelpLayout): string;
}

const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, "done, also when the result is empty"],
  [1, "ran, and the answer is no: a check failed, a comparison found something"],
  [2, "the command line, the SQL text or the configuration is wrong"],
  [3, "the operation failed on data or state: not found, exists, conflict, damaged, unsupported"],
  [4, "the environment: permission, locked store, disk, native module, privacy tier"],
  [70, "an internal error, which is a bug"],
  [130, "interrupted (143: terminated)"],
];

export const TOPICS: readonly HelpTopic[] = [
  {
    name: "environment",
    summary: "Environment variables",
    format(layout) {
      const variables = ENVIRONMENT_VARIABLES.map(({ name, doc }) => ({ label: name, text: doc }));
      const keys = CONFIG_KEYS.map((key) => ({
        label: environmentName(key.key),
        text: `\`${key.key}\` of batuta.toml`,
      }));
      return (
        formatSection("Variables", formatItems(variables, layout), layout) +
        formatSection("Configuration keys", formatItems(keys, layout), layout)
      ).trimStart();
    },
  },
  {
    name: "exit-codes",
    summary: "Exit codes",
    format(layout) {
      const items = EXIT_CODES.map(([code, text]) => ({ label: String(code), text }));
      const errors = listErrorCodes().map(({ code, exitCode }) => ({
        label: code,
        text: `exit ${exitCode}`,
      }));
      return (
        formatSection("Exit codes", formatItems(items, layout), layout) +
        formatSection("`error.code` with --json", formatItems(errors, layout), layout)
      ).trimStart();
    },
  },
  {
    name: "output",
    summary: "Output formats, streams, colour",
    format: (layout) => formatParagraphs(OUTPUT_TEXT, layout),
  },
  {
    name: "config",
    summary: "batuta.toml: keys, profiles, precedence",
    format(layout) {
      const keys = CONFIG_KEYS.map((key) => {
        const unset = key.default === null ? "" : ` (default ${JSON.stringify(key.default)})`;
        return { label: key.key, text: `${key.doc}${unset}` };
      });
      return (
        formatParagraphs(CONFIG_TEXT, layout) +
        formatSection("Keys", formatItems(keys, layout), layout)
      );
    },
  },
  {
    name: "delta",
    summary: "Delta tables: names, time travel, what is written",
    format: (layout) => formatParagraphs(DELTA_TEXT, layout),
  },
];

/** The page of a topic; RESOURCE_DOES_NOT_EXIST is a usage error here, with the nearest name. */
export function formatTopic(name: string, layout: HelpLayout): string {
  const topic = TOPICS.find((candidate) => candidate.name === name);
  if (topic !== undefined) return topic.format(layout);
  const names = TOPICS.map((candidate) => candidate.name);
  const near = suggestName(name, names);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `no command or topic \`${name}\``, {
    hint:
      near === null ? `topics: ${names.join(", ")}` : `did you mean \`sovereign help ${near}\`?`,
  });
}

function formatParagraphs(paragraphs: readonly string[], layout: HelpLayout): string {
  return `${paragraphs
    .map((text) => (text.startsWith("  ") ? text : wrapText(text, layout.width)))
    .join("\n\n")}\n`;
}

const OUTPUT_TEXT = [
  "stdout carries data only. Notes, progress, warnings and errors go to stderr, so a pipe gets rows and nothing else.",
  "-o chooses the format. `table` is the default on a terminal, `tsv` in a pipe.",
  [
    "  table   aligned columns, cut to the width of the terminal, at most 100 rows (--limit 0: all)",
    "  tsv     one row a line, no header, nothing cut; tab and line feed in a cell are \\t and \\n",
    '  csv     with a header; NULL is empty, the empty string is ""',
    "  json    an array of objects; --json is the same, --json a,b keeps only those fields",
    "  jsonl   one object a line",
    "  arrow   an Arrow IPC stream; refused on a terminal",
    "  md      a Markdown table",
  ].join("\n"),
  "Text cells read as Spark's CAST AS STRING. JSON keeps every digit of bigint and decimal values; --int64 string quotes bigint for readers that have only doubles. NaN and infinities become null, with a warning.",
  "Row limits apply to listings and to tables on a terminal, never to what goes into a pipe or a file.",
  "-q drops notes and progress, -qq warnings too. Colour: --no-color, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal. A reader that closes the pipe early is no error.",
];

const CONFIG_TEXT = [
  "A flag wins over an environment variable, that over batuta.toml, that over the default. The nearest batuta.toml upward from the working directory (or SOVEREIGN_CONFIG) is read; its folder is the project root. The metadata store and the lake live in .sovereign below it.",
  [
    '  version = "1.0"',
    "",
    "  [privacy]",
    '  tier = "sovereign"',
    "  allowed_endpoints = []",
    "",
    "  [lake]",
    '  root = "lake"',
    "",
    "  [profile.ci.lake]",
    '  memory_limit = "1GB"',
  ].join("\n"),
  '`version` is that of the file\'s form and always "1.0". [profile.<name>] overrides any table; --profile, SOVEREIGN_PROFILE or default_profile choose it. Unknown keys are warned about; a value of the wrong type is an error with line and column. `sovereign config show --origin` says where each value comes from.',
];

const DELTA_TEXT = [
  "A table is a folder with Parquet files and a log, `_delta_log`, in the open Delta Lake format: Spark, delta-rs and DuckDB read what is written here, and the other way round.",
  "Name a table as `catalog.schema.table`, `schema.table` or `table` (defaults: main.default), or by its folder as delta.`/path/to/table`. Names compare without case.",
  [
    "  SELECT * FROM orders VERSION AS OF 3",
    "  SELECT * FROM orders TIMESTAMP AS OF '2026-01-31 12:00:00'",
    "  SELECT * FROM orders@v3",
    "  DESCRIBE HISTORY orders",
    "  SELECT * FROM table_changes('orders', 3, 5)",
  ].join("\n"),
  "A commit is all or nothing: data files first, then one log entry put in place only if no other writer took its version. A lost race is checked against what the winner changed and tried again, or refused naming the winner's commit.",
  "New tables write deletion vectors: UPDATE, DELETE and MERGE mark rows and write only what is new. Some readers refuse such tables (delta-rs does in `to_pandas` and `to_pyarrow_table`, not in its queries): `deletion_vectors = false` under `[lake]`, or TBLPROPERTIES ('delta.enableDeletionVectors' = 'false'), makes tables without.",
  "With TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') every commit records which rows it changed and how; `table_changes` and `sovereign lake changes` read that by version or by time.",
  "A table whose protocol asks for a feature that is not supported is refused by the feature's name: for reading when it is a reader feature, for writing when it is a writer feature.",
  "`VACUUM t [DRY RUN]` removes files that were let go longer ago than `delta.deletedFileRetentionDuration` (7 days unless set), `FSCK REPAIR TABLE t` takes missing files out of the log. Every tenth commit writes a checkpoint; commits below one that are older than `delta.logRetentionDuration` (30 days unless set) are removed then, unless `delta.enableExpiredLogCleanup` is false.",
  "This version lacks, and refuses by name with a way out where there is one:",
  [
    "  upkeep      GENERATE; the properties delta.autoOptimize.* are kept for other engines and",
    "              compact nothing here: run OPTIMIZE",
    "  tables      CLUSTER BY, shredded VARIANT columns on write, PRIMARY and FOREIGN KEY,",
    "              DROP FEATURE (but deletionVectors), Iceberg compatibility, tables a catalog",
    "              must ratify",
    "  statements  INSERT REPLACE USING and REPLACE ON, several INSERTs after one FROM,",
    "              scripts (BEGIN … END), functions of one's own, GRANT and REVOKE, tables that",
    "              are not Delta, materialised and global views",
    "  queries     collations, TIME, functions in Python or Scala, streams",
  ].join("\n"),
  "ANALYZE, REFRESH, CACHE, UNCACHE and MSCK REPAIR are refused too: nothing here needs them.",
];
