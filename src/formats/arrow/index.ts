/** Arrow files and streams of foreign origin. */
export { damagedArrow } from "./flat-table.ts";
export { readArrow } from "./read-arrow.ts";
