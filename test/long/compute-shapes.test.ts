/**
 * Kernels against their definitions on 10,000 random shapes each: both builds, one thread and two.
 * CASES and SEED (the first case) choose others.
 */
import { sweepBuilds } from "../compute/sweep-builds.ts";

sweepBuilds(Number(process.env.CASES ?? 10_000), Number(process.env.SEED ?? 1000));
