/**
 * All tokens that begin at a place of a text. The text is hashed character by character; a filter
 * (Bloom, 1970) of all beginnings of tokens says when no token can follow any more. A filter that
 * is wrong now and then costs a step, never a token.
 */
import { writeCodePoint } from "../../formats/json/json-scanner.ts";
import { hashBytes, mix, type Vocabulary } from "./vocabulary.ts";

const NOTHING = new Uint8Array(0);

export class TokenFinder {
  readonly #vocabulary: Vocabulary;
  readonly #isFindable: ((id: number) => boolean) | null;
  /** A bit for each hash of a beginning, eight a byte of the tokens. */
  readonly #filter: Uint8Array;
  readonly #mask: number;
  #held: Uint8Array = new Uint8Array(256);

  constructor(vocabulary: Vocabulary, isFindable: ((id: number) => boolean) | null = null) {
    this.#vocabulary = vocabulary;
    this.#isFindable = isFindable;
    const { bytes, ends, ids } = vocabulary.columns();
    this.#filter = new Uint8Array(2 ** Math.ceil(Math.log2(Math.max(16, bytes.length * 0.75))));
    this.#mask = this.#filter.length - 1;
    let at = 0;
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i]!;
      if (isFindable?.(ids[i]!) ?? true) this.#addBeginnings(bytes, at, end);
      at = end;
    }
  }

  #addBeginnings(bytes: Uint8Array, from: number, to: number): void {
    let hash = hashBytes(bytes, from, from);
    for (let at = from; at < to; ) {
      do hash = hashBytes(bytes, at, ++at, hash);
      while (at < to && (bytes[at]! & 0xc0) === 0x80);
      const bit = mix(hash);
      this.#filter[(bit >>> 3) & this.#mask]! |= 1 << (bit & 7);
    }
  }

  /**
   * Calls `found` for every token that `text` has at `from`, shortest first; `lead` is put in front
   * of the text there.
   */
  search(
    text: string,
    from: number,
    found: (id: number, to: number) => void,
    lead: Uint8Array = NOTHING,
  ): void {
    if (lead.length > this.#held.length) this.#held = new Uint8Array(lead.length * 2);
    let held = this.#held;
    held.set(lead);
    let end = lead.length;
    let hash = hashBytes(lead, 0, end);
    for (let at = from; at < text.length; ) {
      if (end + 4 > held.length) held = this.#enlarge();
      const start = end;
      const unit = text.charCodeAt(at);
      if (unit < 0x80) held[end++] = unit;
      else end = writeCodePoint(text.codePointAt(at)!, held, end);
      at += end - start === 4 ? 2 : 1;
      hash = hashBytes(held, start, end, hash);
      const bit = mix(hash);
      if ((this.#filter[(bit >>> 3) & this.#mask]! & (1 << (bit & 7))) === 0) return;
      const id = this.#vocabulary.find(held, 0, end, hash);
      if (id >= 0 && (this.#isFindable?.(id) ?? true)) found(id, at);
    }
  }

  #enlarge(): Uint8Array {
    const larger = new Uint8Array(this.#held.length * 2);
    larger.set(this.#held);
    this.#held = larger;
    return larger;
  }
}
