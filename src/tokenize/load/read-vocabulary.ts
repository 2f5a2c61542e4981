/**
 * Vocabularies and merges of `tokenizer.json`, from its bytes: `{"token": id}` or `[["token",
 * score], …]`, and `["a b", …]` or `[["a", "b"], …]`.
 */
import type { JsonReader } from "../../formats/json/json-reader.ts";
import { MARK } from "../../formats/json/json-scanner.ts";
import { hashBytes, TokenList, Vocabulary } from "../model/vocabulary.ts";
import { malformed } from "./fields.ts";

/** The shortest token of any list, and the shortest merge, with what is around them. */
const LEAST_TOKEN_BYTES = 3;
const LEAST_MERGE_BYTES = 4;
const SPACE = 0x20;
const HEAD = Buffer.from("#version");
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Room for all tokens a value can hold. */
export function roomFor({ length }: JsonReader): TokenList {
  return new TokenList(length, Math.ceil(length / LEAST_TOKEN_BYTES));
}

/** Tokens and their ids. */
export function readVocabulary(reader: JsonReader): Vocabulary {
  const list = roomFor(reader);
  reader.expect(MARK.openObject);
  for (let isFirst = true; reader.hasNext(isFirst, MARK.closeObject); isFirst = false) {
    const end = reader.readString(list.bytes, list.end);
    reader.expect(MARK.colon);
    list.push(end, readId(reader));
  }
  return new Vocabulary(list);
}

function readId(reader: JsonReader): number {
  const id = reader.readWhole();
  if (id >= 0 && id < 2 ** 32) return id;
  throw malformed("an id in `model.vocab` is no whole number below 4294967296");
}

/** Tokens with a score each; ids are places. */
export function readScoredTokens(reader: JsonReader) {
  const list = roomFor(reader);
  const room = new Float64Array(list.ids.length);
  let lowestScore = Number.POSITIVE_INFINITY;
  reader.expect(MARK.openList);
  for (let id = 0; reader.hasNext(id === 0, MARK.closeList); id++) {
    reader.expect(MARK.openList);
    const end = reader.readString(list.bytes, list.end);
    reader.expect(MARK.comma);
    const score = reader.readNumber();
    if (!Number.isFinite(score)) throw malformed(`the score of token ${id} is too large`);
    reader.expect(MARK.closeList);
    room[id] = score;
    lowestScore = Math.min(lowestScore, score);
    list.push(end, id);
  }
  const scores = room.subarray(0, list.count);
  return { vocabulary: new Vocabulary(list), scores, lowestScore };
}

/** Tokens alone; ids are places. */
export function readTokens(reader: JsonReader): Vocabulary {
  const list = roomFor(reader);
  reader.expect(MARK.openList);
  for (let id = 0; reader.hasNext(id === 0, MARK.closeList); id++) {
    list.push(reader.readString(list.bytes, list.end), id);
  }
  return new Vocabulary(list);
}

/**
 * Merges in order of rank: left, right and made, three ids each; `prefix` stands before right. What
 * heads a file of merges, `#version: 0.2`, is none.
 */
export function readMerges(
  reader: JsonReader,
  vocabulary: Vocabulary,
  prefix: string,
): Uint32Array<ArrayBuffer> {
  const { length } = reader;
  const merges = new MergeList(vocabulary, length, Math.ceil(length / LEAST_MERGE_BYTES), prefix);
  const { held } = merges;
  reader.expect(MARK.openList);
  let kind = -1;
  for (let isFirst = true; reader.hasNext(isFirst, MARK.closeList); isFirst = false) {
    if (isFirst) kind = reader.peek();
    if (kind === MARK.quote) {
      const end = reader.readString(held, 0);
      if (end < HEAD.length || !HEAD.every((byte, i) => byte === held[i])) merges.pushText(end);
      continue;
    }
    reader.expect(MARK.openList);
    const cut = reader.readString(held, 0);
    reader.expect(MARK.comma);
    const end = reader.readString(held, cut);
    reader.expect(MARK.closeList);
    merges.push(cut, end);
  }
  return merges.all();
}

/** Merges as they are read: each is put into `held` first. */
export class MergeList {
  readonly held: Uint8Array;
  readonly #vocabulary: Vocabulary;
  readonly #ids: Uint32Array<ArrayBuffer>;
  readonly #prefixBytes: number;
  #count = 0;

  constructor(vocabulary: Vocabulary, mostBytes: number, mostMerges: number, prefix = "") {
    this.#vocabulary = vocabulary;
    this.held = new Uint8Array(mostBytes);
    this.#ids = new Uint32Array(mostMerges * 3);
    this.#prefixBytes = Buffer.byteLength(prefix);
  }

  /** Takes what `held` has up to `end`, two tokens with the only space between. */
  pushText(end: number): void {
    const { held } = this;
    let cut = 0;
    while (cut < end && held[cut] !== SPACE) cut++;
    for (let i = cut; i + 1 < end; i++) {
      held[i] = held[i + 1]!;
      if (held[i] === SPACE) cut = end;
    }
    if (cut >= end) {
      throw malformed(`merge ${this.#count + 1} is no pair of tokens with a space between`);
    }
    this.push(cut, end - 1);
  }

  /** Takes the tokens that `held` has up to `cut`, and up to `end`. */
  push(cut: number, end: number): void {
    const { held } = this;
    const vocabulary = this.#vocabulary;
    const leftHash = hashBytes(held, 0, cut);
    const left = vocabulary.find(held, 0, cut, leftHash);
    const right = vocabulary.find(held, cut, end, hashBytes(held, cut, end));
    let to = end;
    if (left >= 0 && right >= 0 && this.#prefixBytes > 0) {
      const from = cut + this.#prefixBytes;
      if (from > end || (from < end && (held[from]! & 0xc0) === 0x80)) {
        throw malformed(`merge ${this.#count + 1} has a second token without the prefix`);
      }
      held.copyWithin(cut, from, end);
      to = end - this.#prefixBytes;
    }
    const made = vocabulary.find(held, 0, to, hashBytes(held, cut, to, leftHash));
    if (left < 0 || right < 0 || made < 0) {
      const text = (from: number, until: number) => decoder.decode(held.subarray(from, until));
      const both = `\`${text(0, Math.min(cut, 60))} ${text(cut, Math.min(to, cut + 60))}\``;
      throw malformed(
        `merge ${this.#count + 1}, ${both}, has a token that is not in the vocabulary`,
      );
    }
    const at = this.#count++ * 3;
    this.#ids[at] = left;
    this.#ids[at + 1] = right;
    this.#ids[at + 2] = made;
  }

  all(): Uint32Array<ArrayBuffer> {
    return this.#ids.subarray(0, this.#count * 3);
  }
}
