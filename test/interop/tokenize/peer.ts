/** Asks the Python peers of the tokenizers' lane, one JSON line each way. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const FOLDER = resolve(HERE, "../../../.interop");

/** Why a lane cannot run here, or null. */
export function skipReason(lane = "tokenize"): string | null {
  const path = join(FOLDER, "lanes.json");
  if (!existsSync(path)) return "not set up: run npm run test:interop";
  const lanes = JSON.parse(readFileSync(path, "utf8")) as Record<
    string,
    { skipped: string | null }
  >;
  return lanes[lane] === undefined ? "not set up" : lanes[lane].skipped;
}

export interface TokenizerPeer {
  ask<T>(op: string, args: Record<string, unknown>): Promise<T>;
  close(): void;
}

/** A fresh process with the peers; one thread, as ours has. */
export function startPeer(): TokenizerPeer {
  const child = spawn(join(FOLDER, "tokenize/bin/python"), [join(HERE, "peer.py")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, RAYON_NUM_THREADS: "1", TOKENIZERS_PARALLELISM: "false" },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask<T>(op: string, args: Record<string, unknown>): Promise<T> {
      child.stdin.write(`${JSON.stringify({ op, ...args })}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`the peer ended while asked to ${op}`);
      const answer = JSON.parse(value) as { ok?: T; error?: string };
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.ok as T;
    },
    close: () => child.stdin.end(),
  };
}
