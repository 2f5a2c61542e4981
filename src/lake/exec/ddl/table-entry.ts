/**
 * The catalog's side of making a table: the name is entered before the first commit and taken out
 * again when that fails. An entry without a log (a process killed between the two) counts as none.
 */
import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { DeltaLog } from "../../delta/index.ts";
import type { StatementContext } from "../statement.ts";
import type { Place } from "./table-place.ts";

/** Runs `make`, which commits to the table at `place`; `isFirst`: that is its first commit. */
export async function withEntry<T>(
  ctx: StatementContext,
  place: Place,
  isFirst: boolean,
  make: () => Promise<T>,
): Promise<T> {
  const { catalog } = ctx.session;
  const { info } = place;
  if (info === null) return make();
  if (isFirst) catalog.putTable(info, { replace: place.isStale });
  try {
    const made = await make();
    // A new table's entry is put once more if it went: another process may have failed to make
    // the same table, and taken the entry out, while this one was writing.
    if (!isFirst || catalog.getTable(info) === null) catalog.putTable(info, { replace: true });
    return made;
  } catch (error) {
    if (isFirst && !DeltaLog.exists(place.location)) {
      catalog.dropTable(info);
      removeIfEmpty(place.location);
    }
    throw error;
  }
}

function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
