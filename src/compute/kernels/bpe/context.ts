// Where everything lies. One context per instance: addresses are globals, set from a record of u32.

/** Class of each code point: see `classify` in src/tokenize/fast/scanner-classes.ts. */
export let CLASSES: usize = 0;
/** Id of each byte. */
export let BYTE_IDS: usize = 0;
/** Tokens longer than 16 bytes: entries of u32 hash (0 free), u32 id, u32 address, u32 length. */
export let TOKENS: usize = 0;
export let TOKEN_MASK: u32 = 0;
/** Ids of tokens of two bytes, by these; all ones: none. */
export let TWO_BYTES: usize = 0;
/** A bit for the hash of each token of at most 16 bytes: most texts that are no token lack theirs. */
export let FILTER: usize = 0;
export let FILTER_MASK: u32 = 0;
/** Merges by pair: u64 left and right (all ones: free), and beside them u32 rank. */
export let PAIRS: usize = 0;
export let PAIR_RANKS: usize = 0;
export let PAIR_MASK: u32 = 0;
/** What a merge of each rank makes. */
export let MADE: usize = 0;
/**
 * Tokens and pieces of at most 16 bytes: the bytes padded with 0, three u32 ids, u32
 * `length | count << 8` (0 free). More than three ids lie at the address in place of the first.
 */
export let SHORT: usize = 0;
export let SHORT_MASK: u32 = 0;
/** How many more of them may come. */
export let SHORT_ROOM: u32 = 0;
/** Longer ones: u32 hash (0 free), u16 length, u16 tokens, u32 address of bytes, u32 of ids. */
export let CACHE: usize = 0;
export let CACHE_MASK: u32 = 0;
export let POOL: usize = 0;
export let POOL_END: usize = 0;
/** Room for merging a piece of any length of one call: six u32 arrays and the heap. */
export let SCRATCH: usize = 0;
export let SCRATCH_LENGTH: u32 = 0;
/** 0 gpt2, 1 cl100k, 2 qwen, 3 o200k, 4 deepseek. */
export let PATTERN: i32 = 0;
/** Pairs merge by a list (0), or whatever is a token, by rank (1). */
export let BY_RANK: i32 = 0;
/** A piece that is a token is that token. */
export let WHOLE_FIRST: i32 = 0;

/** The words of the record, as `fast/kernel-context.ts` of the tokenizers writes them. */
export function configure(record: usize): void {
  CLASSES = load<u32>(record);
  BYTE_IDS = load<u32>(record, 4);
  TOKENS = load<u32>(record, 8);
  TOKEN_MASK = load<u32>(record, 12);
  TWO_BYTES = load<u32>(record, 16);
  FILTER = load<u32>(record, 20);
  FILTER_MASK = load<u32>(record, 24);
  PAIRS = load<u32>(record, 28);
  PAIR_RANKS = load<u32>(record, 32);
  PAIR_MASK = load<u32>(record, 36);
  MADE = load<u32>(record, 40);
  SHORT = load<u32>(record, 44);
  SHORT_MASK = load<u32>(record, 48);
  SHORT_ROOM = load<u32>(record, 52);
  CACHE = load<u32>(record, 56);
  CACHE_MASK = load<u32>(record, 60);
  POOL = load<u32>(record, 64);
  POOL_END = load<u32>(record, 68);
  SCRATCH = load<u32>(record, 72);
  SCRATCH_LENGTH = load<u32>(record, 76);
  PATTERN = load<u32>(record, 80);
  BY_RANK = load<u32>(record, 84);
  WHOLE_FIRST = load<u32>(record, 88);
}

/** Takes room from the pool, on a u32 boundary; the caller has checked that there is enough. */
export function takePool(bytes: usize): usize {
  const at = POOL;
  POOL = (at + bytes + 3) & ~3;
  return at;
}

/** Fills a free entry of SHORT; more than three ids must lie still. */
@inline
export function fillShort(entry: usize, bytes: v128, length: u32, ids: usize, count: u32): void {
  v128.store(entry, bytes);
  if (count > 3) store<u32>(entry, <u32>ids, 16);
  else for (let i: u32 = 0; i < count; i++) {
    store<u32>(entry + (<usize>i << 2), load<u32>(ids + (<usize>i << 2)), 16);
  }
  store<u32>(entry, length | (count << 8), 28);
  SHORT_ROOM--;
}

/** The first `length` bytes at a place, at most 16, and zeros. */
@inline
export function firstBytes(p: usize, length: u32): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(v128.load(p), i8x16.lt_u(places, i8x16.splat(<i8>length)));
}

/** A hash of 16 bytes, 24 bits of it good. */
@inline
export function hashShort(bytes: v128): u32 {
  const low = <u64>i64x2.extract_lane(bytes, 0), high = <u64>i64x2.extract_lane(bytes, 1);
  let h = low * 0x9e3779b97f4a7c15 + high * 0xff51afd7ed558ccd;
  h ^= h >>> 32;
  return <u32>((h * 0xc4ceb9fe1a85ec53) >>> 40);
}

/** A hash of bytes that is never 0. */
@inline
export function hashBytes(at: usize, length: u32): u32 {
  let h: u64 = (<u64>length) * 0x9e3779b97f4a7c15;
  if (length <= 8) {
    let v: u64;
    if (length >= 4) {
      v = <u64>load<u32>(at) | (<u64>load<u32>(at + <usize>length - 4) << 32);
    } else {
      v = <u64>load<u8>(at) | (<u64>load<u8>(at + <usize>(length >>> 1)) << 8) |
        (<u64>load<u8>(at + <usize>(length - 1)) << 16);
    }
    h = (h ^ v) * 0xff51afd7ed558ccd;
    h ^= h >>> 32;
  } else {
    let i: usize = 0;
    const whole = <usize>length & ~7;
    for (; i < whole; i += 8) {
      h = (h ^ load<u64>(at + i)) * 0xff51afd7ed558ccd;
      h ^= h >>> 32;
    }
    h = (h ^ load<u64>(at + <usize>length - 8)) * 0xc4ceb9fe1a85ec53;
    h ^= h >>> 32;
  }
  h *= 0x9e3779b97f4a7c15;
  return <u32>(h >>> 32) | 1;
}

@inline
export function sameBytes(a: usize, b: usize, length: u32): bool {
  const whole = <usize>length & ~7;
  let i: usize = 0;
  for (; i < whole; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  for (; i < <usize>length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}
