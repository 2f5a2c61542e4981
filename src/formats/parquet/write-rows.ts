/**
 * Rows to Parquet bytes without an engine. A few are encoded by `encode-small.ts`; for more,
 * `build-arrow.ts` makes the columns and parquet-wasm encodes them (snappy, data pages of version 1:
 * every reader has both). For small files only, as `read-rows.ts`.
 */
import { buildArrowTable, type StructShape } from "./build-arrow.ts";
import { encodeSmallParquet } from "./encode-small.ts";

/** Bounds what a reader must decode at once. */
const ROWS_PER_GROUP = 65_536;

/** Up to here, and while the file stays small, compression would gain little. */
const FEW_ROWS = 256;
const SMALL_FILE_BYTES = 128 * 1024;

const loadCodecs = () => Promise.all([import("parquet-wasm"), import("apache-arrow")]);

/** Kept: each `import()` of a loaded module costs as much as encoding a row. */
let codecs: ReturnType<typeof loadCodecs> | undefined;

/** Encodes `rows`, objects keyed by the column names of `shape`. */
export async function writeParquetRows(
  shape: StructShape,
  rows: readonly object[],
): Promise<Uint8Array> {
  const small = rows.length <= FEW_ROWS ? encodeSmallParquet(shape, rows) : null;
  if (small !== null && small.length <= SMALL_FILE_BYTES) return small;
  codecs ??= loadCodecs();
  const [wasm, arrow] = await codecs;
  const table = buildArrowTable(arrow, shape, rows);
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.SNAPPY)
    .setWriterVersion(wasm.WriterVersion.V1)
    .setMaxRowGroupSize(ROWS_PER_GROUP)
    .setCreatedBy("sovereign")
    .build();
  const stream = arrow.tableToIPC(table, "stream");
  return wasm.writeParquet(wasm.Table.fromIPCStream(stream), properties);
}
