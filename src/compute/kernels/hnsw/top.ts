// The best of many scored rows: greatest score first, older rows first among equals. A heap with
// the worst on top, 16 bytes an item: f64 score, i32 row.
import { found } from "./state";

let limit: i32 = 0;
export let topCount: i32 = 0;

@inline
function at(i: i32): usize {
  return found + (<usize>i << 4);
}

@inline
function isWorse(score: f64, row: i32, item: usize): bool {
  const other = load<f64>(item);
  return score < other || (score == other && row > load<i32>(item, 8));
}

@inline
function put(i: i32, score: f64, row: i32): void {
  store<f64>(at(i), score);
  store<i32>(at(i), row, 8);
}

@inline
function move(to: i32, from: i32): void {
  store<f64>(at(to), load<f64>(at(from)));
  store<i32>(at(to), load<i32>(at(from), 8), 8);
}

export function startTop(most: i32): void {
  limit = most;
  topCount = 0;
}

/** Score below which nothing gets in any more. */
@inline
export function topFloor(): f64 {
  return topCount < limit ? -Infinity : load<f64>(found);
}

/** Puts an item in place of the worst of `count`. */
function replaceWorst(score: f64, row: i32, count: i32): void {
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= count) break;
    const other = at(child + 1);
    if (child + 1 < count && isWorse(load<f64>(other), load<i32>(other, 8), at(child))) child++;
    if (isWorse(score, row, at(child))) break;
    move(i, child);
    i = child;
  }
  put(i, score, row);
}

export function offer(score: f64, row: i32): void {
  if (topCount < limit) {
    let i = topCount++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isWorse(score, row, at(parent))) break;
      move(i, parent);
      i = parent;
    }
    put(i, score, row);
  } else if (limit > 0 && !isWorse(score, row, found)) replaceWorst(score, row, limit);
}

/** Sorts what was kept, best first; returns how many. */
export function sortTop(): i32 {
  for (let end = topCount - 1; end > 0; end--) {
    const score = load<f64>(at(end)), row = load<i32>(at(end), 8);
    move(end, 0);
    replaceWorst(score, row, end);
  }
  return topCount;
}
