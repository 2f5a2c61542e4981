/** Starts a Python peer of the interop tests and asks it questions, one JSON line each. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const HERE = import.meta.dirname;
const FOLDER = resolve(HERE, "../../.interop");

export type Lane = "python" | "spark";

/** Why a lane cannot run here, or null. `src/dev/interop-setup.mjs` finds out. */
export function skipReason(lane: Lane): string | null {
  const path = join(FOLDER, "lanes.json");
  if (!existsSync(path)) return "not set up: run npm run test:interop";
  const known = JSON.parse(readFileSync(path, "utf8")) as Record<Lane, { skipped: string | null }>;
  return known[lane] ? known[lane].skipped : "not set up";
}

export interface PeerRows {
  columns: string[];
  /** Canonical text of each row, sorted (see canonical.py). */
  rows: string[];
}

export interface Peer {
  ask<T>(op: string, args?: Record<string, unknown>): Promise<T>;
  close(): Promise<void>;
}

const PROGRAMS = { python: ["venv", "peer.py"], spark: ["spark", "spark_peer.py"] } as const;

/** A peer of a lane; it must not be skipped. */
export function startPeer(lane: Lane): Peer {
  const [venv, script] = PROGRAMS[lane];
  const child = spawn(join(FOLDER, venv, "bin/python"), [join(HERE, script)], {
    stdio: ["pipe", "pipe", lane === "spark" ? "ignore" : "inherit"],
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: "1",
      TZ: "UTC",
      SOVEREIGN_PEER_JARS: join(FOLDER, "jars"),
    },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const exchange = async (op: string, args: Record<string, unknown>): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify({ op, ...args })}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`the ${lane} peer ended while asked to ${op}`);
    const answer = JSON.parse(value) as { ok?: unknown; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.ok;
  };
  return {
    ask<T>(op: string, args: Record<string, unknown> = {}): Promise<T> {
      const next = last.then(
        () => exchange(op, args),
        () => exchange(op, args),
      );
      last = next;
      return next as Promise<T>;
    },
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
