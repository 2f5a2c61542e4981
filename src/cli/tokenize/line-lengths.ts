/**
 * How many tokens each line of a text has, the text given in chunks. A token counts for the line it
 * starts in, so tokenizers that have no token for a line's end count as those that do.
 */
export class LineLengths {
  /** Of the lines that hold more than white space; complete after `end`. */
  readonly lengths: number[] = [];
  #open = 0;
  #hasText = false;

  /** `starts`: where the tokens of `text` start in it (UTF-16), ascending. */
  add(text: string, starts: ArrayLike<number>, tokenCount: number): void {
    let token = 0;
    for (let from = 0; from < text.length; ) {
      const lineEnd = text.indexOf("\n", from);
      const to = lineEnd < 0 ? text.length : lineEnd;
      this.#hasText ||= text.slice(from, to).trim() !== "";
      for (; token < tokenCount && starts[token]! <= to; token++) this.#open++;
      if (lineEnd >= 0) this.end();
      from = to + 1;
    }
    this.#open += tokenCount - token;
  }

  /** Closes the line at hand: the text is at its end. */
  end(): void {
    if (this.#hasText) this.lengths.push(this.#open);
    this.#open = 0;
    this.#hasText = false;
  }
}
