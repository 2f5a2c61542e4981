/** CSV text, record by record, with what is wrong with each; the engine reads the values. */
export { type CsvDialect, type CsvRecord, CsvScanner } from "./scan-records.ts";
export { splitCsvFields, standardCsv } from "./standard-record.ts";
