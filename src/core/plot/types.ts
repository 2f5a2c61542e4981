/** The chart description every renderer takes. Data only: nothing about terminals or pixels. */

export type ChartMark = "bar" | "line" | "sparkline" | "hist";

export interface ChartPoint {
  /** A number is placed on a linear scale; text is a category, in order of first appearance. */
  x: number | string;
  /** Null is a gap in a line and an empty bar. */
  y: number | null;
  /** Lines of one chart are told apart by it. */
  series?: string;
}

export interface ChartSpec {
  mark: ChartMark;
  title?: string;
  xLabel?: string;
  yLabel?: string;
  /** For `hist`, `y` holds the values and `x` is ignored. */
  points: readonly ChartPoint[];
  /** Number of bins of a `hist`; by Sturges' rule when absent. */
  bins?: number;
}

export interface ChartSize {
  /** Columns; at least 20. */
  width: number;
  /** Rows of a line's plot area, 12 when absent; ignored by bars. */
  height?: number;
  /** Plain characters only. */
  ascii: boolean;
  color: boolean;
}
