/** `doctor --bench`: a line a kernel, with its share of what limits it. */
import { type Measurement, measureCompute } from "../../../compute/index.ts";
import type { CommandContext } from "../../context.ts";
import type { CheckResult } from "./checks.ts";

/** Measures the kernels; a few seconds. */
export async function runBench(context: CommandContext): Promise<CheckResult[]> {
  const measured = await measureCompute(context.io.clock);
  return measured.map((measurement) => ({
    check: measurement.name,
    status: "ok",
    message: describe(measurement, measured),
    fix: null,
  }));
}

function describe({ rates, unit, limit }: Measurement, all: readonly Measurement[]): string {
  const limits = all.find(({ name }) => name === limit)?.rates;
  return rates
    .map(({ threads, rate }, i) => {
      const most = limits?.[i]?.rate;
      const share = most === undefined ? "" : `, ${Math.round((100 * rate) / most)} % of ${limit}`;
      return `${rate.toFixed(1)} ${unit} on ${threads === 1 ? "1 thread" : `${threads}`}${share}`;
    })
    .join("; ");
}
