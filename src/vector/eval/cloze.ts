/**
 * Inverse cloze (Lee, Chang, Toutanova 2019): a sentence is taken out of a text and becomes the
 * query; the rest of the text is what must be found. It measures a search over texts that nobody
 * has judged.
 */
import type { Rng } from "../../core/rng.ts";

/** A text without one of its sentences. */
export interface Cloze {
  readonly sentence: string;
  readonly rest: string;
}

const LEAST_WORDS = 5;
const MOST_WORDS = 40;
const SENTENCE = /[^.!?。！？\n]+[.!?。！？]*/gu;

/** Takes one sentence out, drawn among those of 5 to 40 words; null when there is no choice. */
export function takeSentence(text: string, rng: Rng): Cloze | null {
  const sentences = [...text.matchAll(SENTENCE)].filter(([sentence]) => {
    const words = sentence.trim().split(/\s+/).length;
    return words >= LEAST_WORDS && words <= MOST_WORDS;
  });
  if (sentences.length < 2) return null;
  const chosen = sentences[rng.int(sentences.length)]!;
  const rest = `${text.slice(0, chosen.index)} ${text.slice(chosen.index + chosen[0].length)}`;
  return { sentence: chosen[0].trim(), rest: rest.trim() };
}
