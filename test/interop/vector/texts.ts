/** Texts of many languages and lengths, from the words of the seed: the same ones every time. */
import { createRng } from "../../../src/core/rng.ts";

const WORDS = [
  ..."the of vector table model train learning database river mountain quickly bright small".split(
    " ",
  ),
  ..."running unbelievable tokenization e-mail don't 3.14 2026 C++ foo_bar https://example.org".split(
    " ",
  ),
  ..."der die Straße Käse für élève garçon naïve señor está coração São łódź žluťoučký kůň".split(
    " ",
  ),
  ..."Москва быстро мир Ελλάδα κόσμος שלום עולם سلام دنیا नमस्ते दुनिया สวัสดี 한국어 안녕하세요".split(
    " ",
  ),
  ..."東京 日本語 テスト 机器学习 数据库 你好 😀 👩‍👩‍👧 🇨🇭 ½ ﬁ Ⅷ ǅ İstanbul".split(" "),
];

/** `count` texts: empty, of one word, of a line, of more tokens than any model takes. */
export function makeTexts(count: number, seed = 20_261_122): string[] {
  const rng = createRng(seed);
  const fixed = ["", " ", "\n\t", "a", "The cat sat on the mat.", "x".repeat(150)];
  const lengths = [1, 4, 9, 20, 40, 90, 700];
  const texts = Array.from({ length: Math.max(0, count - fixed.length) }, (_, i) => {
    const length = i % 25 === 0 ? 700 : lengths[rng.int(lengths.length - 1)]!;
    const from = rng.int(3) === 0 ? 0 : rng.int(WORDS.length);
    return Array.from({ length }, () => {
      const word = WORDS[(from + rng.int(24)) % WORDS.length]!;
      return rng.int(12) === 0 ? `${word}, ` : `${word} `;
    }).join("");
  });
  return [...fixed, ...texts].slice(0, count);
}
