/** CRC-32C against the test vectors of RFC 3720, appendix B.4. */
import { expect, test } from "vitest";
import { crc32c } from "../../src/core/crc32c.ts";
import { createRng } from "../../src/core/rng.ts";

test.each([
  ["123456789", Buffer.from("123456789"), 0xe3069283],
  ["32 zeros", Buffer.alloc(32), 0x8a9136aa],
  ["32 ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
  ["ascending", Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ["descending", Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
  ["nothing", Buffer.alloc(0), 0],
])("of %s", (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test("goes on where it stopped", () => {
  const rng = createRng(7);
  for (let round = 0; round < 100; round++) {
    const bytes = Buffer.from(Array.from({ length: rng.int(60) }, () => rng.int(256)));
    const cut = rng.int(bytes.length + 1);
    expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes));
  }
});
