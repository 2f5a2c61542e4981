/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4): reflected polynomial 0x82f63b78, eight bytes a step
 * ("slicing by 8"). `crc32c` of "123456789" is 0xe3069283.
 */

const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;
const TABLE = makeTable();

/** Table `s` holds, at 256·s, the checksum of a byte followed by s zero bytes. */
function makeTable(): Uint32Array {
  const table = new Uint32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  for (let i = 256; i < table.length; i++) {
    const shorter = table[i - 256]!;
    table[i] = table[shorter & 0xff]! ^ (shorter >>> 8);
  }
  return table;
}

/** The checksum of `bytes`, continued from that of the bytes before it when `seed` is given. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  const t = TABLE;
  const end = bytes.length - (bytes.length % SLICES);
  let crc = ~seed;
  let at = 0;
  for (; at < end; at += SLICES) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t[0x700 + (crc & 0xff)]! ^
      t[0x600 + ((crc >>> 8) & 0xff)]! ^
      t[0x500 + ((crc >>> 16) & 0xff)]! ^
      t[0x400 + (crc >>> 24)]! ^
      t[0x300 + bytes[at + 4]!]! ^
      t[0x200 + bytes[at + 5]!]! ^
      t[0x100 + bytes[at + 6]!]! ^
      t[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = t[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
