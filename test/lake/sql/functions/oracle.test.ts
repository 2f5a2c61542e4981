/**
 * Spark 4.2's recorded answers at the traps between engines (conformance data `spark-oracle`). An
 * answer is equal, refused, or the same error class; another answer fails the test.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SovereignError } from "../../../../src/core/errors.ts";
import type { Engine } from "../../../../src/lake/engine/types.ts";
import { type Answer, runQuery, startTestEngine } from "./run-query.ts";

const root = process.env.SOVEREIGN_CONFORMANCE ?? join("..", "shared", "conformance");
const file = join(root, "spark-oracle", "expressions.jsonl");

interface Recorded {
  sql: string;
  schema?: string;
  str?: string | null;
  errorClass?: string;
}

type Verdict = "equal" | "same error" | "refused" | "other error" | "wrong";

describe.skipIf(!existsSync(file))("Spark's recorded expressions", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.close());

  it("gives no other answer than Spark", async () => {
    const score = new Map<Verdict, number>();
    const wrong: string[] = [];
    for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
      const recorded = JSON.parse(line) as Recorded;
      const verdict = await judge(recorded, engine);
      score.set(verdict, (score.get(verdict) ?? 0) + 1);
      if (verdict === "wrong" || verdict === "other error") wrong.push(recorded.sql);
    }
    console.log("spark-oracle:", Object.fromEntries(score));
    expect(wrong).toEqual([]);
    expect(score.get("equal") ?? 0).toBeGreaterThan(200);
  });
});

async function judge(recorded: Recorded, engine: Engine): Promise<Verdict> {
  let answer: Answer;
  try {
    answer = await runQuery(engine, recorded.sql);
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    if (error.details.error_class === recorded.errorClass) return "same error";
    return error.code === "NOT_IMPLEMENTED" ? "refused" : "other error";
  }
  if (recorded.errorClass || answer.schema !== recorded.schema) return "wrong";
  // Lines without `str` are whole queries; the scoreboard of queries compares those.
  if (!("str" in recorded)) return "equal";
  return answer.text === recorded.str ? "equal" : "wrong";
}
