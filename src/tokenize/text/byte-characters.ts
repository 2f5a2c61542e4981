/**
 * The alphabet of byte-level tokenizers (GPT-2, 2019): each byte is written as one printable
 * character, itself where it is printable Latin-1, else the next free one from U+0100 on.
 */

const BYTE_TO_CHAR: readonly string[] = buildAlphabet();
/** By UTF-16 unit; undefined where a character is not of the alphabet. */
const BYTE_OF_UNIT: readonly (number | undefined)[] = invert(BYTE_TO_CHAR);
const encoder = new TextEncoder();

function buildAlphabet(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : next++),
  );
}

function invert(alphabet: readonly string[]): (number | undefined)[] {
  const bytes = new Array<number | undefined>(0x200).fill(undefined);
  alphabet.forEach((character, byte) => {
    bytes[character.charCodeAt(0)] = byte;
  });
  return bytes;
}

/** The byte that a UTF-16 unit stands for. */
export function byteOfCharacter(unit: number): number | undefined {
  return BYTE_OF_UNIT[unit];
}

/** The character that stands for a byte: `Ġ` for 0x20. */
export function characterOfByte(byte: number): string {
  return BYTE_TO_CHAR[byte]!;
}

/** Bytes in the alphabet. */
export function bytesToCharacters(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += BYTE_TO_CHAR[byte];
  return text;
}

/** The UTF-8 bytes of a text in the alphabet. */
export function textToByteCharacters(text: string): string {
  return bytesToCharacters(encoder.encode(text));
}

/** Bytes behind a token in the alphabet, or null when a character is not of it. */
export function charactersToBytes(token: string): Uint8Array | null {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = byteOfCharacter(token.charCodeAt(i));
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}
