/**
 * Two texts as lines that are in both (` `), only in the first (`-`) or only in the second (`+`): a
 * longest common subsequence, after what is equal at both ends is set aside.
 */

/** One line of a difference. */
export type DiffLine = Readonly<Record<"text", string> & Record<"change", " " | "-" | "+">>;

/** Beyond this many comparisons (lines by lines) the middle is told as replaced. */
const MAX_CELLS = 4_000_000;

/** The difference of two texts, line by line. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  const least = Math.min(a.length, b.length) - head;
  while (tail < least && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const same = (lines: readonly string[]) => lines.map((text) => ({ change: " ", text }) as const);
  return [
    ...same(a.slice(0, head)),
    ...diffMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

function diffMiddle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const width = b.length + 1;
  const isLarge = (a.length + 1) * width > MAX_CELLS;
  // length[i * width + j]: of the longest common subsequence of a from i and b from j.
  const length = new Uint32Array(isLarge ? 0 : (a.length + 1) * width);
  const at = (i: number, j: number) => length[i * width + j] ?? 0;
  for (let i = isLarge ? -1 : a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const isSame = a[i] === b[j];
      length[i * width + j] = isSame ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    if (x !== undefined && x === y) {
      lines.push({ change: " ", text: x });
      i++;
      j++;
    } else if (x !== undefined && (y === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ change: "-", text: x });
      i++;
    } else {
      lines.push({ change: "+", text: y ?? "" });
      j++;
    }
  }
  return lines;
}
