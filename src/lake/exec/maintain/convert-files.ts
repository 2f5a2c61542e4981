/**
 * The files CONVERT TO DELTA takes over, and what their folders say (delta-spark 4.4,
 * `ManualListingFileManifest`, `ConvertUtils.createAddFile`): names that start with `_` or `.` are
 * passed over unless they hold `=`; partition values are the folders' text, unescaped.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import { parsePartitionValue } from "../../delta/index.ts";
import { formatTypeSql, type StructField } from "../../schema/data-type.ts";

export interface FoundFile {
  absolutePath: string;
  /** Below the table's root, with slashes. */
  relativePath: string;
  sizeBytes: number;
  modifiedMs: number;
  /** By column name; null for Hive's default partition. */
  partitionValues: Record<string, string | null>;
}

/** Files below `root`, by path; each must lie in folders of exactly these partition columns. */
export function findFiles(root: string, partitions: readonly StructField[]): FoundFile[] {
  const found: FoundFile[] = [];
  const walk = (folders: readonly string[]): void => {
    const folder = join(root, ...folders);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (isHidden(entry.name)) continue;
      const absolutePath = join(folder, entry.name);
      const facts = statSync(absolutePath);
      if (facts.isDirectory()) walk([...folders, entry.name]);
      else {
        found.push({
          absolutePath,
          relativePath: [...folders, entry.name].join("/"),
          sizeBytes: facts.size,
          modifiedMs: Math.trunc(facts.mtimeMs),
          partitionValues: valuesOf(folders, absolutePath, partitions),
        });
      }
    }
  };
  walk([]);
  return found.sort((a, b) => (a.relativePath < b.relativePath ? -1 : 1));
}

function isHidden(name: string): boolean {
  return /^[_.]/.test(name) && !name.includes("=");
}

const DEFAULT_PARTITION = "__HIVE_DEFAULT_PARTITION__";

/** The folders nearest to the file that read `column=value`, as Spark looks for them. */
function valuesOf(
  folders: readonly string[],
  path: string,
  partitions: readonly StructField[],
): Record<string, string | null> {
  const isPair = (folder: string) => folder.includes("=");
  const last = folders.findLastIndex(isPair);
  const first = folders.slice(0, last + 1).findLastIndex((folder) => !isPair(folder)) + 1;
  const pairs = folders.slice(first, last + 1).map((folder): [string, string] => {
    const at = folder.indexOf("=");
    return [decodeHive(folder.slice(0, at)), decodeHive(folder.slice(at + 1))];
  });
  if (pairs.length !== partitions.length) throw unexpectedCount(path, pairs, partitions);
  return Object.fromEntries(
    partitions.map((field, i) => {
      const [name, text] = pairs[i]!;
      if (name.toLowerCase() !== field.name.toLowerCase())
        throw unexpectedColumn(path, name, field);
      return [field.name, partitionText(text, field, path)];
    }),
  );
}

function partitionText(text: string, field: StructField, path: string): string | null {
  if (text === DEFAULT_PARTITION) return null;
  try {
    if (text !== "") parsePartitionValue(text, field.type, field.name);
  } catch (cause) {
    throw wrong(`\`${text}\` in the path \`${path}\` is no ${formatTypeSql(field.type)}`, {
      hint: `give \`${field.name}\` another type in PARTITIONED BY`,
      errorClass: "DELTA_FAILED_CAST_PARTITION_VALUE",
      cause,
    });
  }
  if (text !== "") return text;
  throw wrong(`the folder of \`${path}\` names no value for \`${field.name}\``, {
    hint: `rename it to \`${field.name}=${DEFAULT_PARTITION}\` where the value is NULL`,
    errorClass: "DELTA_FAILED_CAST_PARTITION_VALUE",
  });
}

/** Hive's escapes: `%` and two hexadecimal digits. */
function decodeHive(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    const bytes = escapes.match(/[0-9a-fA-F]{2}/g)!.map((digits) => Number.parseInt(digits, 16));
    return bytes.every((byte) => byte < 0x80)
      ? String.fromCharCode(...bytes)
      : Buffer.from(bytes).toString("utf8");
  });
}

function unexpectedCount(
  path: string,
  pairs: readonly (readonly [string, string])[],
  partitions: readonly StructField[],
): SovereignError {
  const listed = pairs.map(([name]) => `\`${name}\``).join(", ") || "none";
  const columns = pairs.map(([name]) => `${name} STRING`).join(", ");
  return wrong(
    `${partitions.length} partition columns are expected, and the path \`${path}\` has: ${listed}`,
    {
      hint: columns ? `add PARTITIONED BY (${columns})` : "leave PARTITIONED BY out",
      errorClass: "DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME",
    },
  );
}

function unexpectedColumn(path: string, name: string, field: StructField): SovereignError {
  return wrong(`the path \`${path}\` has \`${name}\` where \`${field.name}\` is expected`, {
    hint: "name the partition columns in the order of the folders",
    errorClass: "DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME",
  });
}

function wrong(
  message: string,
  { errorClass, ...options }: { hint: string; errorClass: string; cause?: unknown },
): SovereignError {
  const { hint, cause } = options;
  return new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint,
    details: { error_class: errorClass },
    ...(cause === undefined ? {} : { cause }),
  });
}
