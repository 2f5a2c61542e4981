/**
 * SentencePiece's compiled normalizer (`precompiled_charsmap`): a double-array trie (Darts-clone)
 * of what is replaced, and the replacements, each ended by a zero byte.
 *
 *     u32 size of the trie in bytes | trie: u32 units | replacements
 *
 * NOTE: SentencePiece replaces the longest match at each place; `tokenizers` looks at graphemes and
 * takes the shortest match of each. Both are here, for files of both.
 */
import { isUtf8 } from "node:buffer";
import { graphemes } from "../../core/graphemes.ts";
import { malformed } from "../load/fields.ts";
import { type AlignedText, type Edit, editText } from "../text/aligned-text.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const MOST_KNOWN = 10_000;
const MOST_KNOWN_UNITS = 8;

interface Found {
  readonly length: number;
  readonly value: number;
}

/** The map of one tokenizer. */
export class CompiledCharsMap {
  /** As files have it. */
  readonly bytes: Uint8Array;
  readonly #units: Uint32Array;
  readonly #replacements: Uint8Array;
  /** What graphemes become, of those seen lately. */
  readonly #known = new Map<string, string | null>();

  constructor(bytes: Uint8Array) {
    const size =
      bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    if (size === 0 || size % 4 !== 0 || size + 4 > bytes.length) {
      throw malformed(`a compiled character map of ${bytes.length} bytes gives its trie ${size}`);
    }
    this.bytes = Uint8Array.from(bytes);
    this.#units = new Uint32Array(this.bytes.buffer, 4, size / 4);
    this.#replacements = this.bytes.subarray(4 + size);
    if (!isUtf8(this.#replacements)) {
      throw malformed("the replacements of a compiled character map are no UTF-8");
    }
  }

  /**
   * What SentencePiece makes of the text: the longest match at each place is replaced. `endOfKept`
   * gives the end of what begins at a place and stays as it is, or the place itself.
   */
  replaceLongest(source: AlignedText, endOfKept?: (at: number) => number): AlignedText {
    const edits: Edit[] = [];
    const { text } = source;
    for (let at = 0; at < text.length; ) {
      const kept = endOfKept?.(at) ?? at;
      if (kept > at) {
        at = kept;
        continue;
      }
      const width = text.codePointAt(at)! > 0xffff ? 2 : 1;
      const window = encoder.encode(text.slice(at, at + 32));
      const found = this.#search(window).at(-1);
      if (found === undefined) {
        at += width;
        continue;
      }
      const length = decoder.decode(window.subarray(0, found.length)).length;
      const replacement = this.#replacementAt(found.value);
      edits.push({ from: at, to: at + length, replacement });
      at += length;
    }
    return editText(source, edits);
  }

  /** What `tokenizers` makes of it: graphemes of fewer than six bytes first, then characters. */
  replaceGraphemes(source: AlignedText): AlignedText {
    if (this.#staysAsIs(source.text)) return source;
    const edits: Edit[] = [];
    const replace = (part: string, from: number): boolean => {
      const replacement = this.#shortest(part);
      if (replacement === null) return false;
      if (replacement !== part) edits.push({ from, to: from + part.length, replacement });
      return true;
    };
    for (const { segment, index } of graphemes(source.text)) {
      if (Buffer.byteLength(segment) < 6 && replace(segment, index)) continue;
      let at = index;
      for (const character of segment) {
        replace(character, at);
        at += character.length;
      }
    }
    return editText(source, edits);
  }

  /** Whether it is ASCII, where each character is a grapheme, and all of it maps to itself. */
  #staysAsIs(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x20 || unit > 0x7e) return false;
      const replacement = this.#shortest(text[i]!);
      if (replacement !== null && replacement !== text[i]) return false;
    }
    return true;
  }

  #shortest(part: string): string | null {
    const known = this.#known.get(part);
    if (known !== undefined) return known;
    const found = this.#search(encoder.encode(part))[0];
    const replacement = found === undefined ? null : this.#replacementAt(found.value);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    if (part.length <= MOST_KNOWN_UNITS) this.#known.set(part, replacement);
    return replacement;
  }

  /** Every prefix of `key` that the trie holds, shortest first. */
  #search(key: Uint8Array): Found[] {
    const found: Found[] = [];
    const units = this.#units;
    let position = offsetOf(units[0]!);
    for (let i = 0; i < key.length; i++) {
      const byte = key[i]!;
      position ^= byte;
      const unit = units[position];
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return found;
      position ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 1) {
        const value = units[position];
        if (value !== undefined) found.push({ length: i + 1, value: value & 0x7fffffff });
      }
    }
    return found;
  }

  #replacementAt(start: number): string {
    const end = this.#replacements.indexOf(0, start);
    if (start > this.#replacements.length || end < 0) {
      throw malformed(`a compiled character map points at byte ${start} of its replacements`);
    }
    try {
      return decoder.decode(this.#replacements.subarray(start, end));
    } catch {
      throw malformed(`byte ${start} of a compiled character map's replacements is no UTF-8`);
    }
  }
}

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}
