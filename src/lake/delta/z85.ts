/**
 * Base85 in the Z85 alphabet (ZeroMQ RFC 32), as the protocol writes inline deletion vectors and
 * the UUIDs of vector files: 5 characters hold 4 bytes, big-endian.
 */
import { SovereignError } from "../../core/errors.ts";

const ALPHABET =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Decodes; the length must be a multiple of 5. DATA_LOSS with a foreign character's offset. */
export function decodeZ85(text: string): Uint8Array {
  if (text.length % 5 !== 0) throw malformed(text.length, "length is not a multiple of 5");
  const bytes = new Uint8Array((text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < text.length / 5; block++) {
    let value = 0;
    for (let i = block * 5; i < block * 5 + 5; i++) {
      const code = text.charCodeAt(i);
      const digit = code < 128 ? VALUES[code]! : -1;
      if (digit < 0) throw malformed(i, "character outside the alphabet");
      value = value * 85 + digit;
    }
    if (value > 0xffffffff) throw malformed(block * 5, "block above 2^32");
    view.setUint32(block * 4, value);
  }
  return bytes;
}

/** Encodes; bytes are padded with zeros to a multiple of 4. */
export function encodeZ85(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  let text = "";
  for (let at = 0; at < padded.length; at += 4) {
    let value = view.getUint32(at);
    let block = "";
    for (let i = 0; i < 5; i++) {
      block = ALPHABET[value % 85]! + block;
      value = Math.floor(value / 85);
    }
    text += block;
  }
  return text;
}

function malformed(offset: number, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `malformed Z85 text at offset ${offset}: ${problem}`, {
    hint: "restore the table's log from a backup, or read an earlier version",
    details: { offset },
  });
}
