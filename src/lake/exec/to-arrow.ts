/** A whole result as an Arrow table. apache-arrow is loaded when the first one is asked for. */
import type { RecordBatch, Table } from "apache-arrow";
import type { StructType } from "../schema/data-type.ts";
import type { ColumnBatch } from "../schema/value.ts";

/** Reads every batch; the table's schema is there even when there are no rows. */
export async function toArrowTable(
  schema: StructType,
  batches: AsyncIterable<ColumnBatch>,
): Promise<Table> {
  const [arrow, build] = await Promise.all([
    import("apache-arrow"),
    import("../schema/arrow-batch.ts"),
  ]);
  const arrowSchema = build.toArrowSchema(schema);
  const parts: RecordBatch[] = [];
  for await (const batch of batches) parts.push(build.toArrowBatch(arrowSchema, schema, batch));
  return new arrow.Table(arrowSchema, parts);
}
