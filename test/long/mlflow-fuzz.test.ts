/**
 * Random requests to every API route, in process: bodies of right and wrong shapes, damaged JSON,
 * random filters. Each gets an answer or a 4xx that says something; none a failure of the server.
 * Then texts that grow fourfold: the time they take grows about as much.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createRng, type Rng } from "../../src/core/rng.ts";
import { openContext } from "../../src/mlflow/context.ts";
import { answerApi } from "../../src/mlflow/dispatch.ts";
import { ROUTES } from "../../src/mlflow/routes/index.ts";
import type { ApiRoute } from "../../src/mlflow/routes/route.ts";
import { describeError } from "../../src/mlflow/wire/reply.ts";
import { FILTERS_OF, randomBody } from "./mlflow-random-body.ts";

const CASES = Number(process.env.CASES ?? 1_000_000);
const SEED = Number(process.env.SEED ?? 20261121);
/** Cases to one database, so that its rows stay few. */
const CASES_PER_STORE = 20_000;
/** Deliveries would go out to random addresses. */
const routes = ROUTES.filter(
  (route): route is ApiRoute => route.kind === "api" && !route.path.startsWith("/webhooks"),
);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-fuzz-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open() {
  return openContext({
    backendStoreUri: ":memory:",
    artifactsDestination: folder,
    env: {},
    clock: systemClock,
    cwd: folder,
  });
}

/** Names and ids that answers held: later requests use them. */
function remember(text: string, known: string[], rng: Rng): void {
  for (const [, value = ""] of text.matchAll(/_?(?:id|name|uuid)": ?"([^"]+)"/g)) {
    if (known.length < 100) known.push(value);
    else known[rng.int(known.length)] = value;
  }
}

test(`${CASES} random requests are answered or refused`, async () => {
  const rng = createRng(SEED);
  const statuses = new Map<number, number>();
  const findings: string[] = [];
  let store = open();
  let known: string[] = ["0"];
  for (let index = 0; index < CASES; index++) {
    if (index % CASES_PER_STORE === CASES_PER_STORE - 1) {
      await store.close();
      store = open();
      known = ["0"];
    }
    const route = routes[rng.int(routes.length)] as ApiRoute;
    const body = randomBody(route, known, rng);
    const path = Object.fromEntries(
      [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => [
        name,
        known[rng.int(known.length)] ?? "x",
      ]),
    );
    let status = 200;
    try {
      const text = await answerApi(route, { query: null, body, path }, store.context);
      remember(text, known, rng);
    } catch (error) {
      const [refusal, , message] = describeError(error);
      status = refusal;
      // 501 names a feature that is not there.
      if ((status >= 500 && status !== 501) || message === "") {
        const reason = error instanceof Error ? error.stack : String(error);
        findings.push(`${route.method} ${route.path} ${body.slice(0, 2000)}\n${reason}`);
      }
    }
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (findings.length >= 10) break;
  }
  await store.close();
  console.log(`seed ${SEED}: ${[...statuses].map(([status, n]) => `${status}: ${n}`).join(", ")}`);
  expect(findings).toEqual([]);
  expect((statuses.get(200) ?? 0) / CASES).toBeGreaterThan(0.05);
});

/** CPU milliseconds, the best of three. */
function measure(work: () => void): number {
  const times = [1, 2, 3].map(() => {
    const start = process.cpuUsage();
    try {
      work();
    } catch (error) {
      if (describeError(error)[0] >= 500) throw error;
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

const PIECES = [
  ..."( ) [ ] ' \" ` -- /* */ a.b = 'x' , ; AND IN NOT NULL case when end begin if for".split(" "),
  " ",
  "\n",
  "a = 'b' AND ",
  "('a', ",
  "tags.a = '",
  "a.",
  "1",
  "é",
];

test.each(FILTERS_OF)(
  "%s: a text four times as long takes about four times as long",
  (_, parse) => {
    for (const piece of [...PIECES, ...PIECES.map((other) => `${other} = `)]) {
      const length = 4_000;
      const short = piece.repeat(Math.ceil(length / piece.length));
      const long = piece.repeat(Math.ceil((4 * length) / piece.length));
      measure(() => parse(short));
      // Below a few milliseconds the clock of the processor is too coarse to tell.
      const base = Math.max(
        5,
        measure(() => parse(short)),
      );
      expect([piece, measure(() => parse(long)) < 12 * base]).toEqual([piece, true]);
    }
  },
);
