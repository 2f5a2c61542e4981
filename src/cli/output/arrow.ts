/**
 * Rows in Arrow's IPC format: as a stream (schema message, record batches, end marker), or as a
 * file, which has a magic before and after, and a footer that says where each batch is. Batches are
 * handed on as they are written: apache-arrow's own writers keep all of them until the end.
 */
import {
  AsyncByteQueue,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  type Schema,
} from "apache-arrow";

import { toArrowBatch, toArrowSchema } from "../../lake/schema/arrow-batch.ts";
import type { StructType } from "../../lake/schema/data-type.ts";
import type { RowEncoder } from "./rows.ts";

/** What a stream (`.arrows`, pipes) and a file (`.arrow`) are. */
export type ArrowLayout = "stream" | "file";

/** Encodes batches of `types` as one IPC stream or file. */
export function createArrowEncoder(types: StructType, layout: ArrowLayout): RowEncoder {
  const schema = toArrowSchema(types);
  const sink = new Pieces();
  const writer = layout === "file" ? new FileWriter() : new RecordBatchStreamWriter();
  return {
    begin() {
      writer.reset(sink, schema);
      return sink.take();
    },
    batch(batch) {
      writer.write(toArrowBatch(schema, types, batch));
      return sink.take();
    },
    end() {
      writer.finish();
      return sink.take();
    },
  };
}

/** What was written since the last look. */
class Pieces extends AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(piece: Uint8Array): void {
    this.#pieces.push(piece);
  }

  take(): Uint8Array {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return bytes;
  }
}

/** With the schema in front as well, which the format asks for and apache-arrow leaves out. */
class FileWriter extends RecordBatchFileWriter {
  protected override _writeSchema(schema: Schema): this {
    const stream = new RecordBatchStreamWriter();
    stream.reset(undefined, schema);
    stream.finish();
    super._writeSchema(schema);
    return this._write(stream.toUint8Array(true).subarray(0, -END_MARKER_BYTES)) as this;
  }
}

/** Continuation marker and a length of 0 (Arrow columnar format, "IPC Streaming Format"). */
const END_MARKER_BYTES = 8;
