/** BERT's normalizer: cleans control characters, sets CJK characters apart, strips accents, lowers. */
import { type AlignedText, replaceMatches } from "../text/aligned-text.ts";
import { NONSPACING } from "../text/character-classes.ts";
import { isNew } from "../text/new-characters.ts";
import { normalizeForm } from "./unicode-forms.ts";

export interface BertOptions {
  readonly cleanText: boolean;
  readonly handleChineseChars: boolean;
  readonly stripAccents: boolean;
  readonly lowercase: boolean;
}

const DROPPED = /[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}]/gu;
const OTHER_SPACE = /(?! )\p{White_Space}/gu;
/** The blocks BERT's own code names. */
const CHINESE =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** The text as BERT's models want it. */
export function normalizeForBert(source: AlignedText, options: BertOptions): AlignedText {
  let text = source;
  if (options.cleanText) {
    text = replaceMatches(text, DROPPED, (found) => (isNew(found, "controls") ? found : ""));
    text = replaceMatches(text, OTHER_SPACE, () => " ");
  }
  if (options.handleChineseChars) text = replaceMatches(text, CHINESE, (found) => ` ${found} `);
  if (options.stripAccents) {
    text = replaceMatches(normalizeForm(text, "NFD"), NONSPACING, (found) =>
      isNew(found, "marks") ? found : "",
    );
  }
  return options.lowercase ? lowercase(text) : text;
}

/** Each character on its own: a final sigma is lowered like any other. */
export function lowercase(source: AlignedText): AlignedText {
  if (source.text.toLowerCase() === source.text) return source;
  return replaceMatches(source, /\p{Changes_When_Lowercased}/gu, (found) => found.toLowerCase());
}
