/** Ids back to text as they come, for models that give one token after another. */
import { requireTokenizer } from "../check-arguments.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { requireTokenId } from "./token-id.ts";

const REPLACEMENT = "\ufffd";
/** Ids of a character that has not come by then are waited for in vain. */
const MOST_HELD = 96;
/** Of U+FFFD itself, where a text holds it. */
const REPLACEMENT_BYTES = 3;

/**
 * Text from ids that arrive one by one; a character is given when its last byte is there. Together
 * it is the text of all ids decoded at once, unless ids of single bytes (`<0xE2>`) make no UTF-8.
 */
export class DecodeStream {
  readonly #tokenizer: Tokenizer;
  readonly #skipSpecialTokens: boolean;
  /** Of tokenizers whose tokens are bytes. */
  readonly #decoder: InstanceType<typeof TextDecoder> | null;
  /** Ids that gave the latest text, then those that have given none. */
  #ids: number[] = [];
  #givenCount = 0;
  /** Text that the ids in `#ids` have given already. */
  #given = "";

  constructor(tokenizer: Tokenizer, skipSpecialTokens: boolean) {
    requireTokenizer(tokenizer, "the tokenizer");
    this.#tokenizer = tokenizer;
    this.#skipSpecialTokens = skipSpecialTokens;
    const isOfBytes = tokenizer.parts.bytesOf !== null;
    this.#decoder = isOfBytes ? new TextDecoder("utf-8", { ignoreBOM: true }) : null;
  }

  /** Takes one id and returns the text it completes, which may be empty. */
  push(id: number): string {
    requireTokenId(id);
    // Held, a run of them would be decoded again with each that follows.
    if (this.#isLeftOut(id)) return "";
    if (this.#decoder !== null)
      return this.#decoder.decode(this.#tokenizer.parts.bytesOf!(id), { stream: true });
    this.#ids.push(id);
    const text = this.#decode();
    const held = this.#ids.length - this.#givenCount;
    const isByte = (heldId: number) => this.#tokenizer.tokenOf(heldId)?.startsWith("<0x") === true;
    const byteCount = this.#ids.slice(this.#givenCount).filter(isByte).length;
    const isWhole = (text.length - this.#given.length) * REPLACEMENT_BYTES === byteCount;
    const mayGrow = text.endsWith(REPLACEMENT) && !isWhole && held < MOST_HELD;
    return mayGrow ? "" : this.#advance(text);
  }

  /** The text that is left at the end. */
  end(): string {
    if (this.#decoder !== null) return this.#decoder.decode();
    const text = this.#advance(this.#decode());
    this.#ids = [];
    this.#givenCount = 0;
    this.#given = "";
    return text;
  }

  /** Whether decoding passes over an id. */
  #isLeftOut(id: number): boolean {
    const isSpecial = this.#tokenizer.parts.addedTokens.get(id)?.isSpecial === true;
    return (isSpecial && this.#skipSpecialTokens) || this.#tokenizer.tokenOf(id) === undefined;
  }

  #advance(text: string): string {
    const fresh = text.startsWith(this.#given) ? text.slice(this.#given.length) : "";
    // The latest stay: decoders write the first of a text in a way of its own, and bytes together.
    if (fresh !== "") {
      this.#ids = this.#ids.slice(this.#givenCount);
      this.#givenCount = this.#ids.length;
      this.#given = this.#decode();
    } else this.#given = text;
    return fresh;
  }

  #decode(): string {
    return this.#tokenizer.decode(this.#ids, { skipSpecialTokens: this.#skipSpecialTokens });
  }
}
