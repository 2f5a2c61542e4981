/** Small models of SentencePiece, byte by byte. */

function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(number * 8 + 2, bytes.length), bytes]);
}

export interface PieceFileOptions {
  /** Of each piece; the first is unknown and the rest normal when absent. */
  readonly types?: readonly number[];
  /** 1 for unigram, 2 for BPE. */
  readonly kind?: number;
  /** Whether spaces are kept as they are. */
  readonly keepsSpaces?: boolean;
}

/** A model file; a piece's score is its negated number. */
export function sentencePiece(
  pieces: readonly string[],
  { types = [], kind = 1, keepsSpaces = false }: PieceFileOptions = {},
): Buffer {
  const encoded = pieces.map((piece, id) => {
    const score = Buffer.alloc(5, 0x15);
    score.writeFloatLE(-id, 1);
    const type = Buffer.of(0x18, types[id] ?? (id === 0 ? 2 : 1));
    return field(1, Buffer.concat([field(1, Buffer.from(piece)), score, type]));
  });
  const normalizer = Buffer.of(0x18, 1, 0x20, keepsSpaces ? 0 : 1);
  return Buffer.concat([...encoded, field(2, Buffer.of(0x18, kind)), field(3, normalizer)]);
}
