/** How much memory and how many threads the engine may take, and how that is written. */
import { availableParallelism, totalmem } from "node:os";
import { SovereignError } from "../core/errors.ts";
import type { EngineFacts } from "./exec/show/settings.ts";

/** Bytes, or text such as `4GB`; a number of threads. The engine's own choice when absent. */
export interface EngineLimits {
  memoryLimit?: number | string;
  threads?: number;
}

/** The engine's limits in Spark's words; by default it takes every core and 80 % of the memory. */
export function engineFacts({ memoryLimit, threads }: EngineLimits): EngineFacts {
  const bytes = memoryLimitBytes(memoryLimit) ?? totalmem() * 0.8;
  const memory = `${Math.floor(bytes / 1024 ** 2)}m`;
  return {
    "spark.driver.memory": memory,
    "spark.executor.memory": memory,
    "spark.executor.cores": String(threads ?? availableParallelism()),
  };
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1000,
  ki: 1024,
  m: 1000 ** 2,
  mi: 1024 ** 2,
  g: 1000 ** 3,
  gi: 1024 ** 3,
  t: 1000 ** 4,
  ti: 1024 ** 4,
};

/** Bytes of `4GB`, `512 MiB` or a plain number. */
export function memoryLimitBytes(limit: number | string | undefined): number | undefined {
  if (limit === undefined || typeof limit === "number") return limit;
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?\s*$/i.exec(limit);
  const unit = match && UNITS[match[2]!.toLowerCase()];
  if (match && unit !== undefined && unit !== null) return Math.round(Number(match[1]) * unit);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${limit}\` is not an amount of memory`, {
    hint: "write it as `4GB` or `512MB`",
  });
}
