/** Ids back to text as they come, for models that give one token after another. */
import { requireTokenizer } from "../check-arguments.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { requireTokenId } from "./token-id.ts";

const REPLACEMENT = "\ufffd";

/** Text from ids that arrive one by one; a character is given when its last byte is there. */
export class DecodeStream {
  readonly #tokenizer: Tokenizer;
  readonly #skipSpecialTokens: boolean;
  #ids: number[] = [];
  /** Text that the ids in `#ids` have given already. */
  #given = "";

  constructor(tokenizer: Tokenizer, skipSpecialTokens: boolean) {
    requireTokenizer(tokenizer, "the tokenizer");
    this.#tokenizer = tokenizer;
    this.#skipSpecialTokens = skipSpecialTokens;
  }

  /** Takes one id and returns the text it completes, which may be empty. */
  push(id: number): string {
    requireTokenId(id);
    this.#ids.push(id);
    const text = this.#decode();
    // Four bytes at most make a character: a longer wait is for one that never comes.
    const mayGrow = text.endsWith(REPLACEMENT) && this.#ids.length < 8;
    return mayGrow ? "" : this.#advance(text);
  }

  /** The text that is left at the end. */
  end(): string {
    const text = this.#advance(this.#decode());
    this.#ids = [];
    this.#given = "";
    return text;
  }

  #advance(text: string): string {
    const fresh = text.startsWith(this.#given) ? text.slice(this.#given.length) : "";
    // The last token stays, since decoders write the first of a text in a way of its own.
    if (fresh !== "") {
      this.#ids = this.#ids.slice(-1);
      this.#given = this.#decode();
    } else this.#given = text;
    return fresh;
  }

  #decode(): string {
    return this.#tokenizer.decode(this.#ids, { skipSpecialTokens: this.#skipSpecialTokens });
  }
}
