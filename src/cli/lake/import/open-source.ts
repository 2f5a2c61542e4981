/**
 * What an import reads, made ready for SQL: text files staged record by record, Parquet as it is,
 * Arrow turned into Parquet, the one columnar format the engine reads.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { SovereignError } from "../../../core/errors.ts";
import {
  type DataType,
  formatTypeSql,
  STRING,
  type StructField,
  type StructType,
} from "../../../lake/schema/data-type.ts";
import type { CommandContext } from "../../context.ts";
import { quoteName, quoteText } from "../table-name.ts";
import { convertArrow } from "./convert-arrow.ts";
import { chooseFormat, type ImportFormat } from "./formats.ts";
import type { TextSource } from "./read-records.ts";
import { findSourceFiles, makeTempPath, type SourceFiles } from "./source-files.ts";
import { RECORD_COLUMN, type StagedText, stageText } from "./stage-text.ts";

export interface SourceOptions {
  readonly format: ImportFormat | undefined;
  readonly delimiter: string | undefined;
  /** Character that makes a quote in quotes plain, besides doubling it. */
  readonly escape: string | undefined;
  readonly hasHeader: boolean;
}

/** How `read_files` types the columns of text: by their values, not at all, or as told. */
export type ColumnTypes = "inferred" | "text" | readonly StructField[];

export interface ImportSource {
  /** As the user named it. */
  readonly name: string;
  readonly format: ImportFormat;
  /** Null for columnar formats, whose rows have no lines. */
  readonly text: { readonly source: TextSource; readonly staged: StagedText } | null;
  /** Name of the column of record numbers, or null. */
  readonly recordColumn: string | null;
  /** `read_files(…)`. */
  readFiles(types: ColumnTypes): string;
}

/** Opens the source; what is put aside for it goes when the command ends. */
export async function openImportSource(
  word: string,
  options: SourceOptions,
  context: CommandContext,
  table: StructType | null,
): Promise<ImportSource> {
  const files = await findSourceFiles(word, context);
  const format = chooseFormat(files, options.format);
  if (format === "parquet" || format === "arrow") {
    return openColumnar(files, format, context);
  }
  const source = textSource(files, format, options, table);
  const staged = await stageText(source, context);
  const recordColumn =
    source.kind === "csv" && !source.hasHeader ? `_c${staged.fieldCount}` : RECORD_COLUMN;
  return {
    name: files.name,
    format,
    text: { source, staged },
    recordColumn,
    readFiles: (types) => readText(source, staged, types),
  };
}

function textSource(
  { files }: SourceFiles,
  format: ImportFormat,
  options: SourceOptions,
  table: StructType | null,
): TextSource {
  if (format === "json" || format === "jsonl") {
    const nested = (table?.fields ?? [])
      .filter((field) => isNested(field.type))
      .map((field) => [field.name.toLowerCase(), field.type] as const);
    return { kind: "json", format, files, nested: new Map(nested) };
  }
  const delimiter = options.delimiter ?? (format === "tsv" ? "\t" : ",");
  return {
    kind: "csv",
    files,
    dialect: readDialect(delimiter, options),
    hasHeader: options.hasHeader,
  };
}

/** Whether JSON values of the type are checked before the engine reads them. */
export function isNested(type: DataType): boolean {
  return ["struct", "array", "map"].includes(type.kind);
}

const MAX_DELIMITER_BYTES = 4;

function readDialect(delimiter: string, options: SourceOptions) {
  const bytes = Buffer.from(delimiter === "\\t" ? "\t" : delimiter);
  if (bytes.length === 0 || bytes.length > MAX_DELIMITER_BYTES || /["\r\n]/.test(delimiter)) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${delimiter}\` is no delimiter`, {
      hint: "give 1 to 4 bytes without quotes and line ends: `,` `;` `|` or `\\t`",
    });
  }
  const mark = options.escape === undefined || options.escape === '"' ? null : options.escape;
  if (mark !== null && !/^[!-~]$/.test(mark)) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${mark}\` is no escape character`, {
      hint: "give one ASCII character, such as `\\`",
    });
  }
  return { delimiter: bytes, escape: mark === null ? null : mark.charCodeAt(0) };
}

function readText(source: TextSource, staged: StagedText, types: ColumnTypes): string {
  const settings = [`format => '${source.kind}'`, "mode => 'PERMISSIVE'"];
  if (source.kind === "csv") {
    const delimiter = source.dialect.delimiter.toString("utf8");
    settings.push(`header => ${source.hasHeader}`, `sep => ${quoteText(delimiter)}`);
    settings.push(`escape => '"'`);
  }
  if (types === "text" && source.kind === "csv") settings.push("inferColumnTypes => false");
  else if (types !== "inferred") settings.push(`schema => ${quoteText(schemaText(types, staged))}`);
  return `read_files(${[quoteText(staged.path), ...settings].join(", ")})`;
}

function schemaText(types: Exclude<ColumnTypes, "inferred">, { keys }: StagedText): string {
  const fields =
    types === "text"
      ? [...keys.keys(), RECORD_COLUMN].map((name) => ({ name, type: STRING }))
      : types;
  return fields.map(({ name, type }) => `${quoteName(name)} ${formatTypeSql(type)}`).join(", ");
}

async function openColumnar(
  source: SourceFiles,
  format: ImportFormat,
  context: CommandContext,
): Promise<ImportSource> {
  let path = source.path;
  if (format === "arrow") {
    path = makeTempPath(context, "");
    mkdirSync(path);
    for (const [i, file] of source.files.entries()) {
      await convertArrow(file, join(path, `${String(i).padStart(8, "0")}.parquet`));
    }
  }
  const from = `read_files(${quoteText(path)}, format => 'parquet')`;
  return { name: source.name, format, text: null, recordColumn: null, readFiles: () => from };
}
