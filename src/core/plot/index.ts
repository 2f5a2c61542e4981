/** Charts in a terminal: bars, lines, histograms, sparklines. */
export { renderChart, renderSparkline } from "./render.ts";
export { displayWidth, fitText } from "./text.ts";
export type { ChartMark, ChartPoint, ChartSize, ChartSpec } from "./types.ts";
