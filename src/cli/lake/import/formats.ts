/** Which format the files of an import are read as. */
import { SovereignError } from "../../../core/errors.ts";
import { type FileFormat, formatOfName } from "../../output/file-formats.ts";
import { sniffFormat } from "./read-head.ts";
import type { SourceFiles } from "./source-files.ts";

export const IMPORT_FORMATS = ["csv", "tsv", "json", "jsonl", "parquet", "arrow"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** The flag's format, else what the names say, else what the first bytes of one file say. */
export function chooseFormat(source: SourceFiles, wanted: ImportFormat | undefined): ImportFormat {
  const [first] = source.files;
  if (!source.isFolder) return wanted ?? importable(first!.name) ?? sniffFormat(first!.path);
  const named = source.files.map((file) => importable(file.name));
  const kinds = new Set(named.map((format) => (format === null ? null : familyOf(format))));
  if (wanted !== undefined) {
    const others = [...kinds].some((kind) => kind !== null && kind !== familyOf(wanted));
    if (others) throw mixedFormats(source, named);
    return wanted;
  }
  if (kinds.size === 1 && named[0] !== null && named[0] !== undefined) return named[0];
  throw mixedFormats(source, named);
}

function importable(name: string): ImportFormat | null {
  const format: FileFormat | null = formatOfName(name);
  return format === "md" ? null : format;
}

/** Formats that are read together: a `.json` file may hold lines too. */
function familyOf(format: ImportFormat): string {
  return format === "jsonl" ? "json" : format;
}

function mixedFormats(
  source: SourceFiles,
  named: readonly (ImportFormat | null)[],
): SovereignError {
  const counts = new Map<string, number>();
  for (const format of named) {
    const label = format ?? "of unknown format";
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const list = [...counts].map(([label, count]) => `${count} ${label}`).join(", ");
  const isUnknown = counts.size === 1 && counts.has("of unknown format");
  const message = isUnknown
    ? `no file name in \`${source.name}\` says its format`
    : `\`${source.name}\` holds files of several formats: ${list}`;
  return new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint: isUnknown
      ? `give \`--input-format\`: ${IMPORT_FORMATS.join(", ")}`
      : "import one file at a time, or move the files of each format into a folder of their own",
  });
}
