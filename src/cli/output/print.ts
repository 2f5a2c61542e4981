/** Everything a command prints data with, loaded together: small files cost more than their bytes. */
export { printRecord, printRecords } from "./records.ts";
export { printRows } from "./rows.ts";
