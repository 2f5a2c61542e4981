/** Axis ticks at round numbers, and numbers as short text. */

/** At most `count` + 1 round values that span [low, high] (Heckbert's nice numbers, 1990). */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (low === high) {
    const pad = low === 0 ? 1 : Math.abs(low) / 2;
    return niceTicks(low - pad, high + pad, count);
  }
  const step = niceStep((high - low) / Math.max(1, count));
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step - 1e-9);
  const ticks: number[] = [];
  for (let i = first; i <= last; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const fraction = rough / power;
  for (const nice of [1, 2, 2.5, 5]) if (fraction <= nice * (1 + 1e-9)) return nice * power;
  return 10 * power;
}

/** `1234`, `0.25`, `12.5k`, `3.2M`, `1.5e-7`. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(1);
  const units: [number, string][] = [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ];
  for (const [limit, unit] of units) {
    if (size < limit) continue;
    const divisor = unit === "k" ? 1000 : limit;
    return `${Number((value / divisor).toPrecision(3))}${unit}`;
  }
  return String(Number(value.toPrecision(4)));
}

/** Up to nine significant digits: what a bar says about itself. */
export function formatAmount(value: number): string {
  return String(Number(value.toPrecision(9)));
}
