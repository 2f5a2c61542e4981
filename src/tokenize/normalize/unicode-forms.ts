/**
 * Unicode normal forms that keep track of places. A text is cut into runs that normalize on their
 * own: a starter and what may combine with it. Within a run every new unit points at the whole run.
 */
import { type AlignedText, type Edit, editText } from "../text/aligned-text.ts";

export type UnicodeForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** Marks, Hangul vowels and finals, and the compatibility letters that turn into one of these. */
const RUN = /[\s\S][\p{M}\u1160-\u11ff\ud7b0-\ud7ff\u3131-\u318e\uff9e-\uffdc]*/gu;

/** The text in a normal form. */
export function normalizeForm(source: AlignedText, form: UnicodeForm): AlignedText {
  const whole = source.text.normalize(form);
  if (whole === source.text) return source;
  const edits: Edit[] = [];
  for (const { 0: run, index } of source.text.matchAll(RUN)) {
    if (run.length === 1 && run.charCodeAt(0) < 0x80) continue;
    const replacement = run.normalize(form);
    if (replacement !== run) edits.push({ from: index, to: index + run.length, replacement });
  }
  const result = editText(source, edits);
  if (result.text === whole) return result;
  return editText(source, [{ from: 0, to: source.text.length, replacement: whole }]);
}
