/**
 * Every race of two statements that delta-spark 4.4.0 was recorded in (`fixtures/lake/conflicts`),
 * run here with the same outcome: the loser commits, or is refused under the same error class. The
 * winners' files carry no statistics here, since delta-spark judges by partition values alone; what
 * statistics add is the second test.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  prepareRaces,
  RACED_TABLES,
  type Races,
  type RecordedRaces,
  recordedRaces,
} from "./conflict-races.ts";

const CLASSES: Readonly<Record<string, string>> = {
  commits: "commits",
  ConcurrentAppendException: "DELTA_CONCURRENT_APPEND",
  ConcurrentDeleteReadException: "DELTA_CONCURRENT_DELETE_READ",
  ConcurrentDeleteDeleteException: "DELTA_CONCURRENT_DELETE_DELETE",
  ConcurrentTransactionException: "DELTA_CONCURRENT_TRANSACTION",
  ConcurrentWriteException: "DELTA_CONCURRENT_WRITE",
  MetadataChangedException: "DELTA_METADATA_CHANGED",
  ProtocolChangedException: "DELTA_PROTOCOL_CHANGED",
};

interface Difference {
  why: string;
  losers: readonly string[];
  winners: readonly string[];
  ours: string;
}

/** Where we go on though delta-spark gives up; each line must still be true. */
const DIFFERENCES: readonly Difference[] = [
  {
    why: "rows appended blindly stay right under properties and nullable columns they do not know",
    losers: ["insert a", "insert by app a"],
    winners: ["set property", "add column"],
    ours: "commits",
  },
  {
    why: "a compaction adds no rows: whoever read none of the compacted files missed nothing",
    losers: ["insert reading rows a", "delete by id a", "update by id a"],
    winners: ["optimize b"],
    ours: "commits",
  },
  {
    why: "raising the protocol writes a protocol here and no metadata beside it",
    losers: ["set property", "add column", "replace table"],
    winners: ["add feature", "upgrade protocol"],
    ours: "commits",
  },
];

function expectedHere(loser: string, winner: string, recorded: string): string {
  const listed = DIFFERENCES.find(
    ({ losers, winners }) => losers.includes(loser) && winners.includes(winner),
  );
  return listed?.ours ?? CLASSES[recorded]!;
}

function pairsOf({ loser, outcomes }: RecordedRaces): { winner: string; recorded: string }[] {
  return Object.entries(outcomes).flatMap(([recorded, winners]) =>
    winners.map((winner) => ({ loser, winner, recorded })),
  );
}

describe.each(RACED_TABLES)("races on the table `%s`", (table) => {
  let races: Races;
  beforeAll(async () => {
    races = await prepareRaces(table);
  }, 120_000);
  afterAll(() => races.close());

  it.each(recordedRaces(table))("$isolation: $loser", { timeout: 60_000 }, async (recording) => {
    const { loser, isolation } = recording;
    const ours: Record<string, string> = {};
    const wanted: Record<string, string> = {};
    for (const { winner, recorded } of pairsOf(recording)) {
      ours[winner] = await races.race(loser, winner, { isolation, by: "partitions" });
      wanted[winner] = expectedHere(loser, winner, recorded);
    }
    expect(ours).toEqual(wanted);
  });

  const finer = recordedRaces(table).filter(({ loser }) => /by id|rows/.test(loser));
  it.each(finer)("by statistics, $isolation: $loser", { timeout: 60_000 }, async (recording) => {
    const { loser, isolation } = recording;
    const spared: string[] = [];
    for (const { winner, recorded } of pairsOf(recording)) {
      if (recorded !== "ConcurrentAppendException") continue;
      const outcome = await races.race(loser, winner, { isolation, by: "statistics" });
      const expected = expectedHere(loser, winner, recorded);
      if (outcome === expected) continue;
      // Files that hold none of the rows looked for are no conflict, unless read ones went.
      expect(expected, winner).toBe("DELTA_CONCURRENT_APPEND");
      expect(["commits", "DELTA_CONCURRENT_DELETE_READ"], winner).toContain(outcome);
      if (outcome === "commits") spared.push(winner);
    }
    // The row itself: whoever changed it, or put it there, stays in the way.
    expect(spared.filter((winner) => /^(update|delete|merge|overwrite).* a$/.test(winner))).toEqual(
      spared.filter((winner) => winner === "merge insert-only a"),
    );
  });
});
