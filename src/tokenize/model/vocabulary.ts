/**
 * The tokens of a model and their ids. Tokens lie end to end as bytes, found by a hash table over
 * them; texts are made of those that somebody asks for. Loaders fill a `TokenList`.
 *
 *     bytes  token 0 | token 1 | …      ends[i]: where token i ends      ids[i]      slots: i + 1
 */
import { writeCodePoint } from "../../formats/json/json-scanner.ts";
import { malformed } from "../load/fields.ts";
import { byteOfCharacter, bytesToCharacters } from "../text/byte-characters.ts";

/** FNV-1a, byte by byte: of a start of bytes the hash of more of them can go on. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;
/** No honest vocabulary comes near; made to collide, one would take time without end. */
export const MOST_PROBES = 500;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What a lookup of a text is made in. */
let scratch = new Uint8Array(1024);

/** Tokens as they are read. Room is claimed for all there can be; what is not used costs nothing. */
export class TokenList {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  readonly ids: Uint32Array;
  count = 0;

  constructor(mostBytes: number, mostTokens: number) {
    this.bytes = new Uint8Array(mostBytes);
    this.ends = new Uint32Array(mostTokens);
    this.ids = new Uint32Array(mostTokens);
  }

  /** Where the next token begins. */
  get end(): number {
    return this.count === 0 ? 0 : this.ends[this.count - 1]!;
  }

  /** Takes the bytes up to `end` as the next token. */
  push(end: number, id: number): void {
    this.ends[this.count] = end;
    this.ids[this.count++] = id;
  }

  /** A list of texts; of each `textOf` and `idOf` say what it is. */
  static of<T>(
    items: readonly T[],
    textOf: (item: T) => string,
    idOf: (item: T, index: number) => number,
  ): TokenList {
    const mostBytes = items.reduce((sum, item) => sum + textOf(item).length * 3, 0);
    const list = new TokenList(mostBytes, items.length);
    items.forEach((item, index) => {
      const { written } = encoder.encodeInto(textOf(item), list.bytes.subarray(list.end));
      list.push(list.end + written, idOf(item, index));
    });
    return list;
  }
}

const encoder = new TextEncoder();

export interface VocabularyOptions {
  /** The bytes are those of text; as texts, tokens are in GPT-2's alphabet. */
  readonly isRaw?: boolean;
}

export class Vocabulary {
  readonly isRaw: boolean;
  readonly size: number;
  readonly #list: TokenList;
  /** An entry plus one, and bits of its hash above: most others are told by these. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #entryMask: number;
  /** Entries by id, plus one; or sorted by id, where ids are far apart. */
  #byId: Uint32Array | null = null;
  #isSorted = false;
  readonly #texts = new Map<number, string>();

  /** Of a token that comes twice the last id holds. */
  constructor(list: TokenList, { isRaw = false }: VocabularyOptions = {}) {
    this.isRaw = isRaw;
    this.#list = list;
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, list.count * 1.5)));
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
    this.#entryMask = 2 ** Math.ceil(Math.log2(list.count + 2)) - 1;
    this.size = this.#index();
  }

  /** Fills the hash table and drops repetitions. */
  #index(): number {
    const { bytes, ends, ids, count } = this.#list;
    let kept = 0;
    let end = 0;
    for (let i = 0, from = 0; i < count; i++) {
      const to = ends[i]!;
      const hash = hashBytes(bytes, from, to);
      const slot = this.#slot(bytes, from, to, hash);
      if (slot < 0) throw malformed("the tokens are made to take long to look up");
      const known = this.#slots[slot]! & this.#entryMask;
      if (known !== 0) ids[known - 1] = ids[i]!;
      else {
        if (end !== from) bytes.copyWithin(end, from, to);
        end += to - from;
        ends[kept] = end;
        ids[kept++] = ids[i]!;
        this.#slots[slot] = (mix(hash) & ~this.#entryMask) | kept;
      }
      from = to;
    }
    this.#list.count = kept;
    return kept;
  }

  /** Whether an entry, from 1 on, is these bytes. */
  #isEntry(entry: number, bytes: Uint8Array, from: number, to: number): boolean {
    const { bytes: known, ends } = this.#list;
    const start = entry === 1 ? 0 : ends[entry - 2]!;
    if (ends[entry - 1]! - start !== to - from) return false;
    for (let i = from; i < to; i++) if (known[start + i - from] !== bytes[i]) return false;
    return true;
  }

  /** The slot of these bytes or the free one they belong in, or -1. */
  #slot(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const mixed = mix(hash);
    const entryMask = this.#entryMask;
    let slot = mixed & this.#mask;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const held = this.#slots[slot]!;
      if (held === 0) return slot;
      const isAlike = ((held ^ mixed) & ~entryMask) === 0;
      if (isAlike && this.#isEntry(held & entryMask, bytes, from, to)) return slot;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  /** The id of the token of these bytes, or -1; `hash` is theirs. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slot = this.#slot(bytes, from, to, hash);
    const entry = slot < 0 ? 0 : this.#slots[slot]! & this.#entryMask;
    return entry === 0 ? -1 : this.#list.ids[entry - 1]!;
  }

  idOf(token: string): number | undefined {
    const length = this.#write(token);
    if (length < 0) return undefined;
    const id = this.find(scratch, 0, length, hashBytes(scratch, 0, length));
    return id < 0 ? undefined : id;
  }

  /** Puts a token's bytes into `scratch`; their number, or -1 where no token is like that. */
  #write(token: string): number {
    if (scratch.length < token.length * 3) scratch = new Uint8Array(token.length * 6);
    let end = 0;
    for (let i = 0; i < token.length; i++) {
      const unit = token.charCodeAt(i);
      if (this.isRaw) {
        const byte = byteOfCharacter(unit);
        if (byte === undefined) return -1;
        scratch[end++] = byte;
      } else if (unit < 0x80) scratch[end++] = unit;
      else {
        const point = token.codePointAt(i)!;
        if ((point & 0xfffff800) === 0xd800) return -1;
        if (point > 0xffff) i++;
        end = writeCodePoint(point, scratch, end);
      }
    }
    return end;
  }

  tokenOf(id: number): string | undefined {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const entry = this.#entryOf(id);
    if (entry < 0) return undefined;
    const text = this.#textAt(entry);
    this.#texts.set(id, text);
    return text;
  }

  /** The bytes of a token, a view. */
  bytesOf(id: number): Uint8Array | undefined {
    const entry = this.#entryOf(id);
    return entry < 0 ? undefined : this.#bytesAt(entry);
  }

  #bytesAt(entry: number): Uint8Array {
    const { bytes, ends } = this.#list;
    return bytes.subarray(entry === 0 ? 0 : ends[entry - 1]!, ends[entry]!);
  }

  #textAt(entry: number): string {
    const bytes = this.#bytesAt(entry);
    return this.isRaw ? bytesToCharacters(bytes) : decoder.decode(bytes);
  }

  #entryOf(id: number): number {
    this.#byId ??= this.#orderById();
    if (!this.#isSorted) return (this.#byId[id] ?? 0) - 1;
    const { ids } = this.#list;
    let [from, to] = [0, this.size];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (ids[this.#byId[middle]!]! < id) from = middle + 1;
      else to = middle;
    }
    const entry = this.#byId[from];
    return entry !== undefined && ids[entry] === id ? entry : -1;
  }

  #orderById(): Uint32Array {
    const { ids } = this.#list;
    let last = 0;
    for (let i = 0; i < this.size; i++) last = Math.max(last, ids[i]!);
    if (last < this.size * 4 + 0x10000) {
      const byId = new Uint32Array(last + 1);
      for (let i = 0; i < this.size; i++) byId[ids[i]!] = i + 1;
      return byId;
    }
    this.#isSorted = true;
    return Uint32Array.from({ length: this.size }, (_, i) => i).sort((a, b) => ids[a]! - ids[b]!);
  }

  /** Every token and its id, in the order of the file. */
  *entries(): Generator<readonly [token: string, id: number]> {
    for (let i = 0; i < this.size; i++) yield [this.#textAt(i), this.#list.ids[i]!];
  }

  /** The bytes of every token, a view, and its id. */
  *byteEntries(): Generator<readonly [bytes: Uint8Array, id: number]> {
    for (let i = 0; i < this.size; i++) yield [this.#bytesAt(i), this.#list.ids[i]!];
  }

  /** All tokens end to end, with where each ends and its id; views. */
  columns(): { bytes: Uint8Array; ends: Uint32Array; ids: Uint32Array } {
    const { bytes, ends, ids, end, count } = this.#list;
    const [last, entries] = [end, count];
    return {
      bytes: bytes.subarray(0, last),
      ends: ends.subarray(0, entries),
      ids: ids.subarray(0, entries),
    };
  }
}

/** The hash of bytes, or of more bytes behind those of `start`. */
export function hashBytes(bytes: Uint8Array, from: number, to: number, start = HASH_START): number {
  let hash = start;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, HASH_FACTOR);
  return hash;
}

/** Spreads a hash over the low bits. */
export function mix(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
