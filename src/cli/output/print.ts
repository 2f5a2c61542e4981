/** Everything a command prints data with, loaded together: many small files load slowly. */
export { printRecord, printRecords } from "./records.ts";
export { printRows } from "./rows.ts";
