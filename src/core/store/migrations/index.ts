/** Every migration in order. Append only: an applied migration never changes, not even its text. */
import type { Migration } from "../migrate.ts";
import { foundation } from "./0001-foundation.ts";
import { runs } from "./0002-runs.ts";

export const MIGRATIONS: readonly Migration[] = [foundation, runs];
