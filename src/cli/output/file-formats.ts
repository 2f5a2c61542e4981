/** Data file formats by name and by extension. */
import { extname } from "node:path";

import { SovereignError } from "../../core/errors.ts";

export const FILE_FORMATS = ["csv", "tsv", "json", "jsonl", "parquet", "arrow", "md"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

const BY_EXTENSION: Record<string, FileFormat> = {
  ".csv": "csv",
  ".tsv": "tsv",
  ".json": "json",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".parquet": "parquet",
  ".arrow": "arrow",
  ".arrows": "arrow",
  ".ipc": "arrow",
  ".feather": "arrow",
  ".md": "md",
};

/** The format an extension stands for (`.gz` is looked through), or null. */
export function formatOfName(path: string): FileFormat | null {
  const name = path.toLowerCase().replace(/\.gz$/, "");
  return BY_EXTENSION[extname(name)] ?? null;
}

/** The format a file's name says; INVALID_PARAMETER_VALUE naming `flag` when it says none. */
export function requireFormat(path: string, flag: string): FileFormat {
  const format = formatOfName(path);
  if (format !== null) return format;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${path}\` does not say its format`, {
    hint: `give \`${flag}\`: ${FILE_FORMATS.join(", ")}`,
  });
}
