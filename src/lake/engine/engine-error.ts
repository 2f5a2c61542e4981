/**
 * Turns what DuckDB throws into the house's errors. Conditions of the machine and of files are
 * known here; run-time errors of Spark SQL (division by zero, bad casts …) are recognised by the
 * mapper the SQL front end passes in. What neither knows is a bug of ours and says so.
 */
import { type ErrorCode, SovereignError } from "../../core/errors.ts";
import { CALL_CANCELLED, CALL_ENDLESS } from "./bounded-call.ts";
import { findDamagedFile } from "./damaged-file.ts";

/** Recognises an engine message as a Spark run-time error, or gives null. */
export type RuntimeErrorMapper = (message: string) => SovereignError | null;

interface Rule {
  pattern: RegExp;
  code: ErrorCode;
  message: (match: RegExpMatchArray) => string;
  hint: string;
  errorClass?: string;
  /** The engine may not say which of the files it reads is meant. */
  mayNameNoFile?: boolean;
}

const RULES: readonly Rule[] = [
  {
    pattern: new RegExp(CALL_CANCELLED),
    code: "CANCELLED",
    message: () => "the query was cancelled",
    hint: "run it again",
  },
  {
    pattern: /Parser Error: memory exhausted|Max expression depth limit/,
    code: "NOT_IMPLEMENTED",
    message: () => "a statement whose parts lie this deep within each other",
    hint: "put the inner parts into temporary views or tables",
  },
  {
    pattern: new RegExp(CALL_ENDLESS),
    code: "RESOURCE_EXHAUSTED",
    message: () => CALL_ENDLESS,
    hint: "write a simpler pattern, or give it shorter values",
  },
  {
    pattern: /^INTERRUPT Error/,
    code: "CANCELLED",
    message: () => "the query was cancelled",
    hint: "run it again",
  },
  {
    pattern: /^Out of Memory Error: (.*)/,
    code: "RESOURCE_EXHAUSTED",
    message: () => "the query needs more memory than the engine may use",
    hint: "raise `memory_limit` in `[lake]`, or free disk space for the temp directory",
  },
  {
    pattern: /database has been invalidated/,
    code: "TEMPORARILY_UNAVAILABLE",
    message: () => "the engine started anew while this ran, after another statement broke it",
    hint: "run it again",
  },
  {
    pattern: /^IO Error: No files found that match the pattern "([^"]*)"/,
    code: "DATA_LOSS",
    message: (m) => `the data file \`${m[1]}\` of the table does not exist`,
    hint: "restore the file, or a version of the table that does not need it",
    errorClass: "FAILED_READ_FILE.FILE_NOT_EXIST",
  },
  {
    pattern: /^IO Error: Cannot open file "([^"]*)": No such file/,
    code: "DATA_LOSS",
    message: (m) => `the file \`${m[1]}\` does not exist`,
    hint: "restore the file, or a version of the table that does not need it",
    errorClass: "FAILED_READ_FILE.FILE_NOT_EXIST",
  },
  {
    pattern:
      /^(?!Conversion Error).*(No magic bytes found|too small to be a Parquet|Footer length error|TProtocolException|don't know what type|Failed to read Parquet|Invalid thrift|out of buffer|Snappy decompression|ZSTD Decompression|decompression failure|Corrupt|corrupt|enough bytes from file|bytes outside file|Failed to read file|in Parquet file|next power of 2|Mismatch in parquet read|converted type can only|Malformed Parquet schema|requires a length and scale|Information loss on integer cast|Unimplemented [A-Z]+ encoding|^Invalid Error: )/,
    code: "DATA_LOSS",
    message: (m) => `a Parquet file is damaged: ${firstLine(m.input!)}`,
    hint: "restore the file, or a version of the table that does not need it",
    errorClass: "FAILED_READ_FILE.NO_HINT",
    mayNameNoFile: true,
  },
  {
    pattern: /^Conversion Error: (Error while reading file .*failed to cast column.*)/,
    code: "DATA_LOSS",
    message: (m) => `a Parquet file is damaged: ${m[1]}`,
    hint: "restore the file, or a version of the table that does not need it",
    errorClass: "FAILED_READ_FILE.NO_HINT",
  },
  {
    pattern: /^Invalid Input Error: (Malformed JSON in file .*)/,
    code: "DATA_LOSS",
    message: (m) => m[1]!.replace(/^M/, "m"),
    hint: "correct the file there; each record is one JSON object",
    errorClass: "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
  },
  {
    pattern: /^Permission Error: (.*)/,
    code: "PERMISSION_DENIED",
    message: (m) => `the engine may not reach that: ${m[1]}`,
    hint: "use a path inside the folders the project allows",
  },
  {
    pattern: /^IO Error: (.*(No space left|Disk quota).*)/,
    code: "RESOURCE_EXHAUSTED",
    message: (m) => m[1]!,
    hint: "free disk space and run it again",
  },
  {
    pattern: /^IO Error: (.*Too many open files.*)/,
    code: "RESOURCE_EXHAUSTED",
    message: (m) => m[1]!,
    hint: "raise the limit of open files (`ulimit -n`) and run it again",
  },
  {
    pattern: /^IO Error: .*File name too long/,
    code: "INVALID_PARAMETER_VALUE",
    message: () => "a partition value or a name is too long for a file name",
    hint: "leave the column out of PARTITIONED BY, or shorten its values",
  },
  {
    pattern: /^IO Error: (.*Permission denied.*)/,
    code: "PERMISSION_DENIED",
    message: (m) => m[1]!,
    hint: "give your user access to the folder",
  },
  {
    pattern: /^IO Error: (.*)/,
    code: "DATA_LOSS",
    message: (m) => `a file cannot be read or written: ${m[1]}`,
    hint: "check the disk and the file",
  },
  {
    pattern: /could not convert blob to UTF8 string/,
    code: "NOT_IMPLEMENTED",
    message: () => "a binary partition value that is no UTF-8 text",
    hint: "partition by a string, for example hex(column)",
  },
  {
    pattern: /^Invalid Input Error: Invalid (string|array|typed array) length/,
    code: "RESOURCE_EXHAUSTED",
    message: () => "a value would be larger than a value can be",
    hint: "make it shorter",
  },
];

/** What the engine says without the name of its exception and without the statement's text. */
function firstLine(message: string): string {
  return message.replace(/^[A-Za-z ]+Error: /, "").split("\n", 1)[0]!;
}

/** A message that has a path in it. */
const NAMED = /["'`(][^"'`]*\/[^"'`]*["'`)]|\.parquet/;
const NEVER_RUN = /^(Failed to extract statements: )?Parser Error/;

/**
 * Refuses statement text with a zero character: the engine would stop reading there, and run or
 * misread what stands before it. String literals never hold one (`literal.ts`); names may.
 */
export function checkSqlText(sql: string): void {
  const at = sql.indexOf("\0");
  if (at < 0) return;
  throw new SovereignError("NOT_IMPLEMENTED", "a name or an option with a zero character in it", {
    hint: "rename the column, or give the expression a name with AS",
    details: { engine_sql: sql.slice(Math.max(0, at - 60), at) },
  });
}

/** The house's error for something DuckDB threw. `sql` is kept in the details of a bug. */
export function toEngineError(
  thrown: unknown,
  sql: string,
  mapRuntimeError: RuntimeErrorMapper | undefined,
): SovereignError {
  if (thrown instanceof SovereignError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // The text of a parser error echoes the statement, and with it any message a check would raise.
  const mapped = NEVER_RUN.test(message) ? null : mapRuntimeError?.(message);
  if (mapped) return mapped;
  for (const rule of RULES) {
    const match = message.match(rule.pattern);
    if (!match) continue;
    const damaged = rule.mayNameNoFile && !NAMED.test(message) ? findDamagedFile(sql) : null;
    return new SovereignError(
      rule.code,
      rule.message(match) + (damaged ? `, ${damaged.text}` : ""),
      {
        hint: rule.hint,
        cause: thrown,
        details: {
          ...(rule.errorClass ? { error_class: rule.errorClass } : {}),
          ...damaged?.details,
        },
      },
    );
  }
  return new SovereignError("INTERNAL_ERROR", `the engine refused a statement: ${message}`, {
    hint: "this is a bug: report it with the statement that caused it",
    cause: thrown,
    details: { engine_sql: sql.slice(0, 4000) },
  });
}
