/** What the fast way promises, apart from it: it is loaded only when asked for. */

/** Bytes of UTF-8 that one call takes. */
export const FAST_BYTES = 1 << 20;

export interface FastEncoder {
  /** Ids of a text of at most `FAST_BYTES` bytes; a view that the next call overwrites. */
  encode(text: string): Uint32Array;
}
