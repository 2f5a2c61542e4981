/**
 * Unicode normal forms that keep track of places. A text is cut into runs that normalize on their
 * own: a starter and what may combine with it. Within a run every new unit points at the whole run.
 */
import { type AlignedText, type Edit, editText } from "../text/aligned-text.ts";
import { maskNew } from "../text/new-characters.ts";

export type UnicodeForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** What is masked stands alone. Else marks, Hangul vowels and finals, and the compatibility letters that turn into one of these. */
const RUN =
  /[\ue000\u{f0000}]|[\s\S][\p{M}\u1160-\u11ff\ud7b0-\ud7ff\u3131-\u318e\uff9e-\uffdc]*/gu;

/** The text in a normal form, as the libraries' Unicode has it. */
export function normalizeForm(source: AlignedText, form: UnicodeForm): AlignedText {
  if (source.text.normalize(form) === source.text) return source;
  const kind = form.startsWith("NFK") ? "compatibility" : "decompositions";
  // Marks that those libraries do not know yet change no order and let nothing compose over them.
  const text = maskNew(maskNew(source.text, kind), "accents");
  const edits: Edit[] = [];
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (run.length === 1 && run.charCodeAt(0) < 0x80) continue;
    const replacement = run.normalize(form);
    if (replacement !== run) edits.push({ from: index, to: index + run.length, replacement });
  }
  const result = editText(source, edits);
  const whole = text.normalize(form);
  if (text !== source.text || result.text === whole) return result;
  return editText(source, [{ from: 0, to: source.text.length, replacement: whole }]);
}
