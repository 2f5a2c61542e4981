/** What an engine reports about one leaf column of one Parquet file it wrote. */

export interface ColumnStatistics {
  /** Physical names from the top level down; list and map leaves end in what Parquet calls them. */
  path: readonly string[];
  /** Nulls of the leaf, null parents included; null when unknown. */
  nullCount: number | null;
  /**
   * Smallest and largest value as the engine's text, exact: `-2.50`, `2026-01-01`,
   * `2026-01-01 00:00:00.123456+00`, the string itself. Null when unknown or all null.
   */
  min: string | null;
  max: string | null;
  /** Whether a floating-point column holds NaN, which `min` and `max` leave out. */
  hasNan: boolean;
}

const QUOTED_PART = /"((?:[^"]|"")*)"(?:\.|$)/y;

/** Splits an engine's column key, `"a"."b c"`, into its parts; null when it has another form. */
export function parseColumnKey(key: string): string[] | null {
  const parts: string[] = [];
  QUOTED_PART.lastIndex = 0;
  while (QUOTED_PART.lastIndex < key.length) {
    const match = QUOTED_PART.exec(key);
    if (match === null) return null;
    parts.push(match[1]!.replaceAll('""', '"'));
  }
  return parts;
}
