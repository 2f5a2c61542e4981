/** A trie over UTF-16 units in one hash table: all tokens that begin at a place of a text. */
export class TokenTrie {
  readonly #mask: number;
  /** `node * 65536 + unit + 1`; 0 marks a free slot. */
  readonly #keys: Float64Array;
  readonly #children: Uint32Array;
  /** The id plus one of the token that ends at a node. */
  readonly #ids: Uint32Array;
  #count = 1;

  constructor(tokens: Iterable<readonly [token: string, id: number]>) {
    const list = [...tokens];
    const units = list.reduce((sum, [token]) => sum + token.length, 0);
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, (units + 1) * 1.5)));
    this.#mask = size - 1;
    this.#keys = new Float64Array(size);
    this.#children = new Uint32Array(size);
    this.#ids = new Uint32Array(units + 1);
    for (const [token, id] of list) this.#add(token, id);
  }

  #add(token: string, id: number): void {
    let node = 0;
    for (let i = 0; i < token.length; i++) {
      const slot = this.#slot(node, token.charCodeAt(i));
      if (this.#keys[slot] === 0) {
        this.#keys[slot] = node * 65536 + token.charCodeAt(i) + 1;
        this.#children[slot] = this.#count++;
      }
      node = this.#children[slot]!;
    }
    this.#ids[node] = id + 1;
  }

  /** Calls `found` for every token that `text` has at `from`, shortest first. */
  search(text: string, from: number, found: (id: number, to: number) => void): void {
    let node = 0;
    for (let at = from; at < text.length; at++) {
      const slot = this.#slot(node, text.charCodeAt(at));
      if (this.#keys[slot] === 0) return;
      node = this.#children[slot]!;
      const id = this.#ids[node]!;
      if (id !== 0) found(id - 1, at + 1);
    }
  }

  #slot(node: number, unit: number): number {
    const key = node * 65536 + unit + 1;
    let slot = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & this.#mask;
    return slot;
  }
}
