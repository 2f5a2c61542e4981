/**
 * Rows as an Arrow IPC stream: schema message, record batches, end marker. apache-arrow's writer
 * keeps all it wrote until the end, so each batch is written as a stream of its own and stripped of
 * schema and end marker.
 */
import { type RecordBatch, RecordBatchStreamWriter } from "apache-arrow";

import { toArrowBatch, toArrowSchema } from "../../lake/schema/arrow-batch.ts";
import type { StructType } from "../../lake/schema/data-type.ts";
import type { RowEncoder } from "./rows.ts";

/** Continuation marker and a length of 0 (Arrow columnar format, "IPC Streaming Format"). */
const END_MARKER_BYTES = 8;

/** Encodes batches of `types` as one IPC stream. */
export function createArrowEncoder(types: StructType): RowEncoder {
  const schema = toArrowSchema(types);
  const writeStream = (batches: RecordBatch[]): Uint8Array => {
    const writer = new RecordBatchStreamWriter();
    writer.reset(undefined, schema);
    for (const batch of batches) writer.write(batch);
    writer.finish();
    return writer.toUint8Array(true);
  };
  const empty = writeStream([]);
  const schemaBytes = empty.length - END_MARKER_BYTES;
  return {
    begin: () => empty.subarray(0, schemaBytes),
    batch(batch) {
      const bytes = writeStream([toArrowBatch(schema, types, batch)]);
      return bytes.subarray(schemaBytes, bytes.length - END_MARKER_BYTES);
    },
    end: () => empty.subarray(schemaBytes),
  };
}
