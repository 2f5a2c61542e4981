/**
 * The same random requests to a real MLflow server and to ours: equal answers. Let go are what the
 * recordings' `faults.json` names (5xx, histories without a limit), texts of database errors, and
 * the order of lists that MLflow does not order.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import { type ExactJson, isJsonObject, parseJson } from "../../../src/core/json/index.ts";
import { createRng } from "../../../src/core/rng.ts";
import { startServer } from "../../../src/mlflow/index.ts";
import { findMlflowPython } from "./python.ts";
import { type RandomRequest, RequestMaker } from "./random-requests.ts";
import { type RealServer, startRealServer } from "./real-server.ts";

const python = findMlflowPython("3.11.1");
const REQUESTS = 1500;
const UNORDERED = new Set(["tags", "params", "metrics", "dataset_inputs"]);

interface Answer {
  status: number;
  json: ExactJson;
}

/** A server and the ids it gave. */
class Side {
  readonly url: string;
  readonly #ids = new Map<string, string>();

  constructor(url: string) {
    this.url = url;
  }

  async send({ method, path, query, body }: RandomRequest): Promise<Answer> {
    const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, this.#fill(one)]),
    );
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(pairs)}`, {
      method,
      ...(body === undefined
        ? {}
        : {
            headers: { "content-type": "application/json" },
            body: this.#fill(JSON.stringify(body)),
          }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") ? parseJson(text) : text;
    return { status: response.status, json };
  }

  learn(name: string, id: string): void {
    this.#ids.set(name, id);
  }

  /** The answer without what differs between any two servers. */
  describe({ status, json }: Answer, isOrdered: boolean): string {
    let text = print(isOrdered ? json : sortLists(json));
    for (const [name, id] of this.#ids) text = text.replaceAll(id, `<${name}>`);
    return `${status} ${text
      .replace(/"(last_update_time|creation_time)":\d+/g, '"$1":"<now>"')
      .replace(/"[a-z]+-[a-z]+-\d+"/g, '"<name>"')
      .replace(/"next_page_token":"[^"]*"/g, '"next_page_token":"<token>"')
      // A Python set comes in any order.
      .replace(/\{('\w+'(?:, '\w+')+)\}/g, (_, set: string) => set.split(", ").sort().join(", "))
      .replace(/already exists\. Error: .*"/, 'already exists."')
      .replace(/("BAD_REQUEST","message":").*"/, '$1<any>"')}`;
  }

  #fill(text: string): string {
    return text.replace(/<(run\d+)>/g, (_, name: string) => this.#ids.get(name) ?? name);
  }
}

/** MLflow writes large doubles with an exponent, ours are digits: both are doubles here. */
function print(value: ExactJson): string {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? Number(item) : item));
}

function sortLists(value: ExactJson, name = ""): ExactJson {
  if (Array.isArray(value)) {
    const items = value.map((item) => sortLists(item));
    return UNORDERED.has(name) ? items.sort((a, b) => (print(a) < print(b) ? -1 : 1)) : items;
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortLists(item, key)]));
}

let folder: string;
let real: RealServer | undefined;
let closeOurs: () => Promise<void>;
let sides: readonly [Side, Side];

beforeAll(async () => {
  if (python === null) return;
  folder = mkdtempSync(join(tmpdir(), "sovereign-mlflow-answers-"));
  real = await startRealServer(python, join(folder, "theirs"));
  const ours = await startServer({
    port: 0,
    backendStoreUri: join(folder, "m.db"),
    artifactsDestination: join(folder, "artifacts"),
    env: {},
    clock: systemClock,
    cwd: folder,
  });
  closeOurs = () => ours.close();
  sides = [new Side(real.url), new Side(ours.url)];
}, 180_000);

afterAll(async () => {
  real?.close();
  await closeOurs?.();
  if (python !== null) rmSync(folder, { recursive: true, force: true });
});

test.skipIf(python === null).each([1, 2])(
  "random requests are answered alike, seed %s",
  { timeout: 900_000 },
  async (seed) => {
    const maker = new RequestMaker(createRng(seed));
    const differences: string[] = [];
    for (let index = 0; index < REQUESTS; index++) {
      const request = maker.next();
      const theirs = await sides[0].send(request);
      const ours = await sides[1].send(request);
      learn(request, `run${seed}0${index}`, [theirs, ours], maker);
      // Never a 5xx of our own; the real one's are its faults.
      expect(ours.status, JSON.stringify(request)).toBeLessThan(500);
      if (theirs.status >= 500) continue;
      const isOrdered = request.path.includes("history");
      const [expected, actual] = [
        sides[0].describe(theirs, isOrdered),
        sides[1].describe(ours, isOrdered),
      ];
      if (expected === actual) continue;
      differences.push(`${JSON.stringify(request)}\n  theirs ${expected}\n  ours   ${actual}`);
    }
    expect(differences.slice(0, 5)).toEqual([]);
  },
);

function learn(
  { path }: RandomRequest,
  name: string,
  answers: readonly Answer[],
  maker: RequestMaker,
): void {
  if (answers.some(({ status }) => status !== 200)) return;
  const bodies = answers.map(({ json }) => json as { [key: string]: ExactJson });
  if (path.endsWith("experiments/create")) {
    maker.addExperiment(String(bodies[0]?.experiment_id));
  }
  if (!path.endsWith("runs/create")) return;
  bodies.forEach((body, side) => {
    const { info } = body.run as { info: { run_id: string } };
    sides[side]?.learn(name, info.run_id);
  });
  maker.addRun(name);
}
