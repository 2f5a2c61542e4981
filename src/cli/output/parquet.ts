/** Rows as a Parquet file, streamed through parquet-wasm: memory holds one row group. */
import { ReadableStream } from "node:stream/web";
import { RecordBatchStreamWriter } from "apache-arrow";
import * as wasm from "parquet-wasm";

import { toArrowBatch, toArrowSchema } from "../../lake/schema/arrow-batch.ts";
import type { ColumnBatch } from "../../lake/schema/value.ts";
import type { RowSource } from "./rows.ts";

const ROWS_PER_GROUP = 122_880;

/** Encodes `rows` and hands the bytes to `write`, in order. */
export async function writeParquet(
  rows: RowSource,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const schema = toArrowSchema(rows.schema);
  const toWasm = (batches: Parameters<RecordBatchStreamWriter["write"]>[0][]): wasm.Table => {
    const writer = new RecordBatchStreamWriter();
    writer.reset(undefined, schema);
    for (const batch of batches) writer.write(batch);
    writer.finish();
    return wasm.Table.fromIPCStream(writer.toUint8Array(true));
  };
  const properties = (): wasm.WriterProperties =>
    new wasm.WriterPropertiesBuilder()
      .setCompression(wasm.Compression.SNAPPY)
      .setMaxRowGroupSize(ROWS_PER_GROUP)
      .setCreatedBy("sovereign")
      .build();
  const source = rows.batches()[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done) {
    await write(wasm.writeParquet(toWasm([]), properties()));
    return;
  }
  let held: IteratorResult<ColumnBatch> | null = first;
  const stream = new ReadableStream<wasm.RecordBatch>({
    async pull(controller) {
      const next: IteratorResult<ColumnBatch> = held ?? (await source.next());
      held = null;
      if (next.done) {
        controller.close();
        return;
      }
      const table = toWasm([toArrowBatch(schema, rows.schema, next.value)]);
      for (const batch of table.recordBatches()) controller.enqueue(batch);
    },
  });
  const bytes = await wasm.transformParquetStream(stream as never, properties());
  for await (const chunk of bytes as unknown as AsyncIterable<Uint8Array>) await write(chunk);
}
