/** Arrow files and streams as they should be, and such as lie; random ones are in `foreign-files`. */
import { makeData, makeVector, Null, Table, tableToIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { readArrow } from "../../../src/formats/arrow/index.ts";
import { tableToRows } from "../../../src/formats/parquet/index.ts";
import { arrowFile, arrowStream, makeTable } from "../foreign-files.ts";

test("files and streams are read whole, dictionaries too", async () => {
  const rows = tableToRows(makeTable());
  for (const bytes of [arrowFile(makeTable()), arrowStream(makeTable())]) {
    expect(tableToRows(await readArrow(bytes, "a.arrow"))).toEqual(rows);
  }
  const table = await readArrow(arrowFile(makeTable(true)), "a.arrow");
  expect(table.getChild("word")?.get(4)).toBe("text 1");
});

test("no byte of a footer makes reading go on for ever", async () => {
  const whole = arrowFile(makeTable(true));
  let refused = 0;
  for (let back = 1; back <= 800; back++) {
    for (const value of [0, 8, 255]) {
      const bytes = Uint8Array.from(whole);
      bytes[bytes.length - back] = value;
      try {
        await readArrow(bytes, "a.arrow");
      } catch (error) {
        expect(error).toBeInstanceOf(SovereignError);
        expect(error).toMatchObject({ code: "DATA_LOSS" });
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(100);
});

test("a block that is no batch is refused with its place", async () => {
  const bytes = Buffer.from(arrowFile(makeTable()));
  const footerStart = bytes.length - 10 - bytes.readInt32LE(bytes.length - 10);
  // The only batch starts behind the magic; from 16 on there is a message's middle.
  const at = bytes.indexOf(Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]), footerStart);
  bytes.writeUInt32LE(16, at);
  await expect(readArrow(bytes, "a.arrow")).rejects.toMatchObject({
    code: "DATA_LOSS",
    message: expect.stringMatching(/^`a\.arrow` is no readable Arrow file: .* \(offset \d+\)$/),
  });
});

test("what takes no bytes is not taken for long", async () => {
  const nulls = makeVector(makeData({ type: new Null(), length: 2 ** 31 - 1 }));
  for (const kind of ["file", "stream"] as const) {
    const bytes = tableToIPC(new Table({ nulls }), kind);
    expect(bytes.length).toBeLessThan(2000);
    await expect(readArrow(bytes, "a.arrow")).rejects.toThrow("cannot have 2147483647 values");
  }
});
