/**
 * SQL's LIKE in time proportional to text times pattern at worst, unlike a regular expression: on a
 * mismatch only the last `%` is tried again.
 */

const ANY = -1;
const ONE = -2;

/** A test of texts against a pattern: `%` any text, `_` one character, `\` quotes the next. */
export function likeTest(pattern: string): (text: string) => boolean {
  const signs: number[] = [];
  const letters = [...pattern];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i]!;
    if (letter === "%") {
      if (signs.at(-1) !== ANY) signs.push(ANY);
    } else if (letter === "_") signs.push(ONE);
    else {
      const plain = letter === "\\" && i + 1 < letters.length ? letters[++i]! : letter;
      signs.push(plain.codePointAt(0)!);
    }
  }
  return (text) => matches(text, signs);
}

function matches(text: string, signs: readonly number[]): boolean {
  let at = 0;
  let sign = 0;
  let retrySign = -1;
  let retryAt = 0;
  while (at < text.length) {
    const letter = text.codePointAt(at)!;
    if (signs[sign] === ANY) {
      retrySign = ++sign;
      retryAt = at;
    } else if (signs[sign] === ONE || signs[sign] === letter) {
      sign++;
      at += letter > 0xffff ? 2 : 1;
    } else if (retrySign >= 0) {
      retryAt += text.codePointAt(retryAt)! > 0xffff ? 2 : 1;
      at = retryAt;
      sign = retrySign;
    } else return false;
  }
  if (signs[sign] === ANY) sign++;
  return sign === signs.length;
}
