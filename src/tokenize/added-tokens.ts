/**
 * Added tokens: texts that are one token wherever they stand, found before anything else cuts.
 * Those with `normalized` are looked for in the normalized text, in their normalized form. Leftmost first,
 * of several at one place the longest. Of `tokenizers`' `added_vocabulary.rs`.
 */
import { SovereignError } from "../core/errors.ts";
import { TokenFinder } from "./model/token-finder.ts";
import { TokenList, Vocabulary } from "./model/vocabulary.ts";
import type { Normalize } from "./normalize/normalizers.ts";
import { type AlignedText, alignText, originalRange, sliceText } from "./text/aligned-text.ts";
import { WORD } from "./text/character-classes.ts";

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** A control token of the model, such as an end of text; by default text cannot say it. */
  readonly isSpecial: boolean;
  readonly isSingleWord: boolean;
  /** Takes the white space before and after it along. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly isNormalized: boolean;
}

/** What a special token written in a text becomes: plain text, itself, or an error. */
export type SpecialMode = "text" | "parse" | "error";

/** A mode, or one for each special token that is found, by its UTF-16 places in the text. */
export type SpecialChoice = SpecialMode | ((from: number, to: number) => SpecialMode);

/** A stretch of text, or an added token found in it. */
export interface Piece {
  readonly text: AlignedText;
  /** Null: text still to be cut. */
  readonly id: number | null;
}

interface Finder {
  readonly tokens: TokenFinder;
  /** Matches what any of the tokens begins with. */
  readonly firsts: RegExp;
}

const ENDS_WITH_WORD = new RegExp(`[${WORD}]$`, "u");
const STARTS_WITH_WORD = new RegExp(`^[${WORD}]`, "u");

export class AddedTokens {
  readonly all: readonly AddedToken[];
  readonly #byId = new Map<number, AddedToken>();
  readonly #contents: Vocabulary;
  /** What the decoder gets for a token that was normalized on the way in. */
  readonly #normalizedForms = new Map<number, string>();
  readonly #plain: Finder | null;
  readonly #normalized: Finder | null;
  /** Whether there are any that are no control tokens. */
  readonly #hasPlainWords: boolean;

  constructor(tokens: readonly AddedToken[], normalize: Normalize | null) {
    this.all = tokens;
    for (const token of tokens) {
      this.#byId.set(token.id, token);
      if (!token.isNormalized || normalize === null) continue;
      const form = normalize(alignText(token.content)).text;
      if (form !== token.content) this.#normalizedForms.set(token.id, form);
    }
    this.#hasPlainWords = tokens.some(({ isSpecial }) => !isSpecial);
    this.#contents = new Vocabulary(
      TokenList.of(
        tokens,
        ({ content }) => content,
        ({ id }) => id,
      ),
    );
    const live = [...this.#byId.values()];
    const formOf = (token: AddedToken) => this.formOf(token.id) ?? "";
    this.#plain = buildFinder(
      live.filter((token) => !token.isNormalized),
      formOf,
    );
    this.#normalized = buildFinder(
      live.filter((token) => token.isNormalized),
      formOf,
    );
  }

  get(id: number): AddedToken | undefined {
    return this.#byId.get(id);
  }

  find(content: string): AddedToken | undefined {
    const id = this.#contents.idOf(content);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The form of an added token that decoders undo. */
  formOf(id: number): string | undefined {
    return this.#normalizedForms.get(id) ?? this.#byId.get(id)?.content;
  }

  /** Whether any of them may be found in a text. */
  isSearched(mode: SpecialChoice): boolean {
    return this.#hasPlainWords || (mode !== "text" && this.all.length > 0);
  }

  /** Normalizes a text and sets the added tokens in it apart. */
  split(source: AlignedText, normalize: Normalize | null, mode: SpecialChoice): Piece[] {
    if (source.text === "") return [];
    return this.#cut(source, this.#plain, mode).flatMap((piece) => {
      if (piece.id !== null) return [piece];
      const text = normalize === null ? piece.text : normalize(piece.text);
      return this.#cut(text, this.#normalized, mode);
    });
  }

  #cut(source: AlignedText, finder: Finder | null, mode: SpecialChoice): Piece[] {
    if (finder === null) return [{ text: source, id: null }];
    const { text } = source;
    const pieces: Piece[] = [];
    let last = 0;
    for (const { id, from, to } of findAll(text, finder)) {
      const token = this.#byId.get(id)!;
      if (token.isSpecial) {
        const chosen = typeof mode === "string" ? mode : mode(...originalRange(source, from, to));
        if (chosen === "error") throw specialInText(token.content);
        if (chosen !== "parse") continue;
      }
      if (token.isSingleWord && isInsideWord(text, from, to)) continue;
      const start = token.lstrip ? Math.max(last, spaceBefore(text, from)) : from;
      const end = token.rstrip ? spaceAfter(text, to) : to;
      if (last < start) pieces.push({ text: sliceText(source, last, start), id: null });
      pieces.push({ text: sliceText(source, start, end), id });
      last = end;
    }
    if (last < text.length) pieces.push({ text: sliceText(source, last, text.length), id: null });
    return pieces;
  }
}

function buildFinder(
  added: readonly AddedToken[],
  formOf: (token: AddedToken) => string,
): Finder | null {
  const findable = added.filter((token) => formOf(token) !== "");
  if (findable.length === 0) return null;
  const firsts = new Set(findable.map((token) => formOf(token).charCodeAt(0)));
  const codes = [...firsts].map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`);
  const list = TokenList.of(findable, formOf, ({ id }) => id);
  return {
    tokens: new TokenFinder(new Vocabulary(list)),
    firsts: new RegExp(`[${codes.join("")}]`, "g"),
  };
}

function* findAll(text: string, { tokens, firsts }: Finder) {
  let at = 0;
  for (;;) {
    firsts.lastIndex = at;
    const match = firsts.exec(text);
    if (match === null) return;
    let found: { id: number; to: number } | null = null;
    tokens.search(text, match.index, (id, to) => {
      found = { id, to };
    });
    const longest = found as { id: number; to: number } | null;
    if (longest !== null) yield { id: longest.id, from: match.index, to: longest.to };
    at = longest?.to ?? match.index + 1;
  }
}

function isInsideWord(text: string, from: number, to: number): boolean {
  return (
    ENDS_WITH_WORD.test(text.slice(Math.max(0, from - 2), from)) ||
    STARTS_WITH_WORD.test(text.slice(to, to + 2))
  );
}

function spaceBefore(text: string, at: number): number {
  let from = at;
  while (from > 0 && /\p{White_Space}/u.test(text[from - 1]!)) from--;
  return from;
}

function spaceAfter(text: string, at: number): number {
  let to = at;
  while (to < text.length && /\p{White_Space}/u.test(text[to]!)) to++;
  return to;
}

function specialInText(content: string): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the text holds the special token \`${content}\``,
    {
      hint: "`--special text` takes it as plain text, `--special parse` as the token",
      details: { token: content },
    },
  );
}
