/** Arrow whose offsets lie: refused, never followed. */
import { Field, Float64, List, makeData, RecordBatch, Schema, Struct, Table } from "apache-arrow";
import { expect, test } from "vitest";
import { tableToRows } from "../../../src/formats/parquet/index.ts";

function tableOf(offsets: number[]): Table {
  const child = makeData({ type: new Float64(), data: new Float64Array([1, 2]) });
  const type = new List(new Field("item", new Float64()));
  const list = makeData({ type, length: 1, valueOffsets: Int32Array.from(offsets), child });
  const schema = new Schema([new Field("v", type)]);
  const data = makeData({ type: new Struct(schema.fields), length: 1, children: [list] });
  return new Table([new RecordBatch(schema, data)]);
}

test("a list that reaches beyond its values is no data", () => {
  expect(tableToRows(tableOf([0, 2]))).toEqual([{ v: [1, 2] }]);
  expect(() => tableToRows(tableOf([0, 2_000_000_000]))).toThrow(/beyond its values/);
});
