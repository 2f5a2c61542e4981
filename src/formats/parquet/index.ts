/** Parquet without an engine, for small files; large data belongs to the lake's engine. */

export { type CellReader, createCellReader } from "./arrow-cells.ts";
export type { ColumnShape, StructShape } from "./build-arrow.ts";
export * from "./cells.ts";
export { type RowGroupFacts, readRowGroups } from "./read-footer.ts";
export { type ReadParquetOptions, readParquetRows, tableRows, tableToRows } from "./read-rows.ts";
export {
  copyWithoutAnnotations,
  readVariantAnnotations,
  type VariantAnnotation,
} from "./variant-annotations.ts";
export { writeParquetRows } from "./write-rows.ts";
