/** Flags of every command that prints query rows. */
import type { FlagSpecs } from "../command.ts";
import type { RowOptions } from "../output/rows.ts";

export const ROW_FLAGS = {
  limit: {
    type: "integer",
    value: "rows",
    group: "Output",
    summary: "rows of a table on a terminal (default 100, 0 for all); a pipe gets every row",
  },
  int64: {
    type: "choice",
    choices: ["number", "string"],
    group: "Output",
    summary: "how JSON shows bigint",
  },
  chart: {
    type: "choice",
    choices: ["bar", "line"],
    group: "Output",
    summary: "draw the first column against the first column of numbers after it",
  },
} as const satisfies FlagSpecs;

interface RowFlagValues {
  readonly limit: number | undefined;
  readonly int64: "number" | "string" | undefined;
  readonly chart: "bar" | "line" | undefined;
}

/** The options of `printRows` as the flags say. */
export function readRowFlags(flags: RowFlagValues): RowOptions {
  return { limit: flags.limit, int64: flags.int64, chart: flags.chart };
}
