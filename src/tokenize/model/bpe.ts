/**
 * Byte-pair encoding (Sennrich et al., 2016) as the files in use have it: with a list of merges
 * (`tokenizers`, GGUF), with ranks that are the ids themselves (tiktoken), or with scores
 * (SentencePiece). Characters are looked up, then neighbours merge; see `merge-symbols.ts`.
 */
import { SovereignError } from "../../core/errors.ts";
import { characterOfByte } from "../text/byte-characters.ts";
import { type Merges, mergeSymbols, type Symbols } from "./merge-symbols.ts";
import { PairTable } from "./pair-table.ts";
import { type TakeToken, TokenModel } from "./token-model.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface BpeOptions {
  readonly unkToken: string | null;
  /** In front of every character of a word but the first. */
  readonly continuingSubwordPrefix: string;
  /** Behind the last character of a word. */
  readonly endOfWordSuffix: string;
  readonly fuseUnk: boolean;
  /** An unknown character becomes its bytes, `<0xE2>` and so on. */
  readonly byteFallback: boolean;
  /** A word that is a token is that token, whatever the merges would make of it. */
  readonly ignoreMerges: boolean;
}

export const PLAIN_BPE: BpeOptions = {
  unkToken: null,
  continuingSubwordPrefix: "",
  endOfWordSuffix: "",
  fuseUnk: false,
  byteFallback: false,
  ignoreMerges: false,
};

/** How the merges of a model are known; the kernel asks. */
export type MergeRule =
  | {
      readonly kind: "list";
      /** Left, right and what they make, three ids a merge, in order of rank. */
      readonly merges: Uint32Array;
    }
  | { readonly kind: "ranks" }
  | {
      readonly kind: "scores";
      readonly scores: Float32Array;
      /** Whether neighbours may become this token; control tokens may not. */
      isMergeable(id: number): boolean;
    };

const encoder = new TextEncoder();
/** Words longer than this are not remembered. */
const CACHED_LENGTH = 64;
const CACHED_WORDS = 50_000;

interface CachedWord {
  readonly ids: readonly number[];
  readonly ends: readonly number[];
}

export class BpeModel extends TokenModel {
  readonly type = "BPE";
  readonly options: BpeOptions;
  readonly rule: MergeRule;
  /** Built when the first word comes; the kernel has merges of its own. */
  #merges: Merges | null = null;
  readonly #unkId: number | undefined;
  readonly #cache = new Map<string, CachedWord>();

  constructor(vocabulary: Vocabulary, rule: MergeRule, options: BpeOptions = PLAIN_BPE) {
    super(vocabulary);
    this.options = options;
    this.rule = rule;
    this.#unkId = options.unkToken === null ? undefined : this.idOf(options.unkToken);
  }

  get unknownId(): number | null {
    return this.#unkId ?? null;
  }

  /** The id of a single byte of byte-level models. */
  idOfByte(byte: number): number | undefined {
    return this.idOf(characterOfByte(byte));
  }

  tokenize(piece: string, take: TakeToken): void {
    const { ids, ends } = this.#encode(piece);
    let from = 0;
    for (let i = 0; i < ids.length; i++) {
      const to = ends[i]!;
      // Bytes of one character all stand for all of it.
      if (from >= to) from = to - (isLowSurrogate(piece, to - 1) ? 2 : 1);
      take(ids[i]!, from, to);
      from = to;
    }
  }

  #encode(piece: string): CachedWord {
    const cached = this.#cache.get(piece);
    if (cached !== undefined) return cached;
    const whole = this.options.ignoreMerges ? this.idOf(piece) : undefined;
    let word: CachedWord;
    if (whole !== undefined) word = { ids: [whole], ends: [piece.length] };
    else {
      const symbols = this.#readSymbols(piece);
      this.#merges ??= buildMerges(this.rule, this.vocabulary);
      mergeSymbols(symbols, this.#merges);
      word = symbols;
    }
    if (piece.length <= CACHED_LENGTH && this.#cache.size < CACHED_WORDS)
      this.#cache.set(piece, word);
    return word;
  }

  #readSymbols(piece: string): Symbols {
    const { continuingSubwordPrefix, endOfWordSuffix, fuseUnk } = this.options;
    const symbols: Symbols = { ids: [], ends: [] };
    let at = 0;
    let wasUnknown = false;
    for (const character of piece) {
      const prefix = at > 0 ? continuingSubwordPrefix : "";
      at += character.length;
      const symbol = prefix + character + (at === piece.length ? endOfWordSuffix : "");
      const id = this.idOf(symbol);
      if (id === undefined && this.#pushBytes(symbol, at, symbols)) continue;
      const isUnknown = id === undefined;
      if (isUnknown && wasUnknown && fuseUnk && symbols.ids.length > 0) {
        symbols.ends[symbols.ends.length - 1] = at;
        continue;
      }
      const found = id ?? this.#unknown();
      wasUnknown = isUnknown;
      if (found === undefined) continue;
      symbols.ids.push(found);
      symbols.ends.push(at);
    }
    return symbols;
  }

  #unknown(): number | undefined {
    const { unkToken } = this.options;
    if (unkToken !== null && this.#unkId === undefined) {
      throw new SovereignError(
        "DATA_LOSS",
        `the unknown token \`${unkToken}\` is not in the vocabulary`,
        {
          hint: "correct `unk_token` in the tokenizer's file",
        },
      );
    }
    return this.#unkId;
  }

  #pushBytes(symbol: string, end: number, symbols: Symbols): boolean {
    if (!this.options.byteFallback) return false;
    const ids = [...encoder.encode(symbol)].map((byte) => this.idOf(byteToken(byte)));
    if (ids.includes(undefined)) return false;
    for (const id of ids as number[]) {
      symbols.ids.push(id);
      symbols.ends.push(end);
    }
    return true;
  }
}

/** `<0xE2>`. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

function isLowSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

function buildMerges(rule: MergeRule, vocabulary: Vocabulary): Merges {
  switch (rule.kind) {
    case "list":
      return mergesOfList(rule.merges);
    case "ranks":
      return mergesByText(
        vocabulary,
        (id) => id,
        () => true,
      );
    case "scores": {
      const ranks = ranksOfScores(rule.scores);
      return mergesByText(vocabulary, (id) => ranks[id] ?? ranks.length, rule.isMergeable);
    }
  }
}

function mergesOfList(merges: Uint32Array): Merges {
  const table = new PairTable(merges);
  return {
    find: (left, right) => table.get(left, right),
    rank: (merge) => merge,
    merged: (merge) => merges[merge * 3 + 2]!,
  };
}

/** Any two neighbours that together are a token merge into it. */
function mergesByText(
  vocabulary: Vocabulary,
  rank: (id: number) => number,
  isMergeable: (id: number) => boolean,
): Merges {
  return {
    find(left, right) {
      const id = vocabulary.idOf(vocabulary.tokenOf(left)! + vocabulary.tokenOf(right)!);
      return id !== undefined && isMergeable(id) ? id : -1;
    },
    rank,
    merged: (merge) => merge,
  };
}

/** The highest score comes first; equal scores have equal ranks. */
function ranksOfScores(scores: Float32Array): Uint32Array {
  // The lowest first, which is how typed arrays sort without calling back.
  const sorted = scores.slice().sort();
  const ranks = new Uint32Array(scores.length);
  for (let id = 0; id < scores.length; id++) {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (sorted[middle]! <= scores[id]!) from = middle + 1;
      else to = middle;
    }
    ranks[id] = sorted.length - from;
  }
  return ranks;
}
