/** Compares recorded answers of PySpark 4.2.0 with ours: equal, refused, or wrong. */
import { readFileSync } from "node:fs";
import { SovereignError } from "../../../../src/core/errors.ts";
import type { Engine } from "../../../../src/lake/engine/types.ts";
import { formatValue } from "../../../../src/lake/schema/format-value.ts";
import { runQuery } from "./run-query.ts";

interface Recorded {
  sql: string;
  schema?: string;
  rows?: (string | null)[][];
  errorClass?: string;
}

export type Verdict = "equal" | "other name" | "refused" | "wrong";

/** Every query of a file under its verdict, with a note on what differs. */
export async function judgeFile(file: string, engine: Engine): Promise<Record<Verdict, string[]>> {
  const verdicts: Record<Verdict, string[]> = {
    equal: [],
    "other name": [],
    refused: [],
    wrong: [],
  };
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const recorded = JSON.parse(line) as Recorded;
    const { verdict, note } = await judge(recorded, engine);
    verdicts[verdict].push(`${recorded.sql}\n  ${note}`);
  }
  return verdicts;
}

async function judge(
  recorded: Recorded,
  engine: Engine,
): Promise<{ verdict: Verdict; note: string }> {
  try {
    const answer = await runQuery(engine, recorded.sql);
    if (!recorded.rows) return { verdict: "wrong", note: `Spark: ${recorded.errorClass}` };
    const rows = answer.rows.map((row) => row.map((v, i) => formatValue(v, answer.types[i]!)));
    const [ours, spark] = [comparable(rows, recorded.sql), comparable(recorded.rows, recorded.sql)];
    if (ours !== spark) return { verdict: "wrong", note: `ours:  ${ours}\n  Spark: ${spark}` };
    if (answer.schema === recorded.schema) return { verdict: "equal", note: "" };
    return { verdict: "other name", note: answer.schema };
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    const errorClass = String(error.details.error_class ?? error.code);
    if (errorClass === recorded.errorClass) return { verdict: "equal", note: "" };
    return { verdict: "refused", note: `${errorClass}: ${error.message}` };
  }
}

/** Rows in no order unless the query asks for one. */
function comparable(rows: readonly (readonly (string | null)[])[], sql: string): string {
  const texts = rows.map((row) => JSON.stringify(row));
  return (/\border by [^()]*$/i.test(sql) ? texts : texts.sort()).join("\n");
}
