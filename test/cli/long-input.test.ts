/** Input of any length and encoding: complaints stay short, and nothing is misread. */
import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { reportFailure } from "../../src/cli/failure.ts";
import { readAllText } from "../../src/cli/lake/text-source.ts";
import { SovereignError } from "../../src/core/errors.ts";
import { createTestIo } from "./test-io.ts";

it("shortens a message that quotes megabytes", async () => {
  const io = createTestIo();
  const name = "a".repeat(1_000_000);
  const error = new SovereignError("INVALID_PARAMETER_VALUE", `no column ${name} here`, {
    hint: "x",
  });
  await reportFailure(error, io, { json: false, noColor: true, debug: false });
  expect(io.err().length).toBeLessThan(5000);
  expect(io.err()).toMatch(/^error: no column a+ … \(\d+ more characters\) … a+ here\n/);
});

it.each([
  ["a byte that starts nothing", [0x27, 0xff, 0x27], "the text on stdin is no UTF-8"],
  ["UTF-16", [0xff, 0xfe, 0x53, 0xd8], "the text on stdin is no UTF-8; it may be UTF-16"],
])("refuses statements with %s", async (_, bytes, message) => {
  const io = { ...createTestIo(), stdin: Readable.from([Buffer.from(bytes)]) };
  await expect(readAllText(io)).rejects.toMatchObject({ code: "DATA_LOSS", message });
});
