/** delta-rs (`deltalake`) as a contender: one Python process that runs a query when it is told to. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Contender } from "./measure.ts";

const PROGRAM = `
import sys, time, resource
from deltalake import DeltaTable, QueryBuilder
path, sql = sys.argv[1], sys.argv[2]
for line in sys.stdin:
    start, cpu = time.perf_counter(), time.process_time()
    rows = QueryBuilder().register("t", DeltaTable(path)).execute(sql).read_all()
    print((time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000, flush=True)
`;

/** Null when the interop environment is not there (\`npm run test:interop\` makes it). */
export function deltaRsContender(table: string, sql: string): Contender | null {
  const python = resolve(".interop/venv/bin/python");
  if (!existsSync(python)) return null;
  let child: ChildProcessWithoutNullStreams | null = null;
  let answers: AsyncIterator<string> | null = null;
  return {
    name: "delta-rs, open and query",
    run: async () => {
      if (child === null) {
        child = spawn(python, ["-c", PROGRAM, table, sql]);
        child.stderr.pipe(process.stderr);
        child.unref();
        answers = createInterface(child.stdout)[Symbol.asyncIterator]();
      }
      child.stdin.write("go\n");
      const answer = await answers!.next();
      if (answer.done) throw new Error("delta-rs ended");
      const [wallMs, cpuMs] = answer.value.split(" ").map(Number);
      return { wallMs: wallMs!, cpuMs: cpuMs! };
    },
    close: async () => void child?.stdin.end(),
  };
}
