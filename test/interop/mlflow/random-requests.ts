/**
 * Random requests to the tracking routes, good and odd: wrong types, missing and empty fields, names
 * and numbers at their limits. `<run3>` stands for the id of the run that request 3 made.
 */
import type { Rng } from "../../../src/core/rng.ts";

export interface RandomRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Record<string, string | string[]>;
  readonly body?: unknown;
}

const API = "/api/2.0/mlflow/";
const AJAX = "/ajax-api/2.0/mlflow/";
const KEYS = ["loss", "acc", "val/acc", "a b", "a:b", "ключ", "a.b-c_d", "mlflow.x"];
const ODD_KEYS: readonly unknown[] = [
  ...["", "../x", "/abs", "a//b", "./a", "a/", "..", ".", "a#b", "k".repeat(250)],
  ...["k".repeat(251), "a\n", "a\nb", "½", "a\u0300b", "x\u00a0y", 5, null, true, ["x"]],
];
const ODD_VALUES: readonly unknown[] = [
  ...["NaN", "Infinity", "-Infinity", "inf", "nan", "abc", "1e3", " 1 ", "1_0", "-nan", "+inf"],
  ...["0x10", "1.", "", true, null, [], {}, 1e308, -0, 2 ** 60],
];
const ODD_INTEGERS: readonly unknown[] = [
  ...["5", "x", "1e3", "7.0", " 3", "3_0", "", null, 1.5, 2, -1, true, [], 0],
];
const ODD_TEXTS: readonly unknown[] = [
  ...["", null, 5, true, ["a"], "x".repeat(6001), "y".repeat(8001), "é".repeat(10), "😀😀"],
];
const LOCATIONS: readonly unknown[] = [
  ...["", "s3://b/x", "/tmp/q", "file:/x", "s3://b?v=1", "a#b", "runs:/x", 5, "dbfs:/y", null],
  ...["mlflow-artifacts:/z", "s3://b/x/", "hdfs://h:8020/p", "http://h/x;p", "x".repeat(2050)],
];

/** Makes requests; told of the runs and experiments that came of them. */
export class RequestMaker {
  readonly #rng: Rng;
  readonly #runs: string[] = [];
  readonly #experiments = ["0"];
  #count = 0;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  addRun(name: string): void {
    this.#runs.push(name);
  }

  addExperiment(id: string): void {
    this.#experiments.push(id);
  }

  next(): RandomRequest {
    this.#count++;
    const kinds: readonly [number, () => RandomRequest][] = [
      [20, () => this.#experiment()],
      [10, () => this.#experimentTag()],
      [20, () => this.#run()],
      [30, () => this.#logOne()],
      [12, () => this.#logBatch()],
      [10, () => this.#history()],
      [8, () => this.#inputs()],
    ];
    const total = kinds.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.#rng.int(total);
    for (const [weight, make] of kinds) {
      if (at < weight) return make();
      at -= weight;
    }
    throw new Error("the weights do not add up");
  }

  #pick<T>(...choices: readonly T[]): T {
    return choices[this.#rng.int(choices.length)] as T;
  }

  #often<T>(usual: T, odd: readonly unknown[]): unknown {
    return this.#rng.int(4) === 0 ? this.#pick(...odd) : usual;
  }

  /** Some of the fields, mostly all. */
  #some<T>(fields: Record<string, T>): Record<string, T> {
    return Object.fromEntries(Object.entries(fields).filter(() => this.#rng.int(15) > 0));
  }

  #list(make: () => unknown): unknown {
    if (this.#rng.int(15) === 0) return this.#pick<unknown>(null, "x", {}, [null], ["a"]);
    return Array.from({ length: this.#rng.int(4) }, make);
  }

  #runId(): unknown {
    const known = this.#runs.slice(-6).map((name) => `<${name}>`);
    const odd = ["x", "f".repeat(32), "", "../x", 5, null, "a".repeat(300)];
    return known.length === 0 ? "x" : this.#often(this.#pick(...known), odd);
  }

  #experimentId(): unknown {
    const odd = ["0", "999", "abc", "", "1.5", 7, null, "-1"];
    return this.#often(this.#pick(...this.#experiments.slice(-5)), odd);
  }

  #keyValue = () =>
    this.#some({ key: this.#often(this.#pick(...KEYS), ODD_KEYS), value: this.#text() });

  #text(): unknown {
    return this.#often(this.#pick("a", "b", "0.1", "hello world"), ODD_TEXTS);
  }

  #integer(): unknown {
    return this.#often(this.#rng.int(50), ODD_INTEGERS);
  }

  #experiment(): RandomRequest {
    const experiment_id = this.#experimentId();
    const name = this.#pick<unknown>(`e${this.#count}`, "alpha", "", 5, null, "n".repeat(501), "é");
    return this.#pick<RandomRequest>(
      post("experiments/create", {
        ...this.#some<unknown>({ name, artifact_location: this.#pick(...LOCATIONS) }),
        tags: this.#list(this.#keyValue),
      }),
      get("experiments/get", { experiment_id: String(experiment_id) }),
      get("experiments/get-by-name", { experiment_name: this.#pick("alpha", "Default", "no", "") }),
      post("experiments/update", this.#some({ experiment_id, new_name: name })),
      post("experiments/delete", this.#some({ experiment_id })),
      post("experiments/restore", this.#some({ experiment_id })),
      post("experiments/restore", this.#some({ experiment_id })),
    );
  }

  #experimentTag(): RandomRequest {
    const tag = { experiment_id: this.#experimentId(), ...this.#keyValue() };
    const path = this.#pick("set-experiment-tag", "set-experiment-tag", "delete-experiment-tag");
    return post(`experiments/${path}`, tag);
  }

  #run(): RandomRequest {
    const id = { [this.#pick("run_id", "run_id", "run_uuid")]: this.#runId() };
    const status = this.#pick<unknown>("FINISHED", "KILLED", "DONE", 3, 99, "4", null, 1.5, true);
    const name = { key: "mlflow.runName", value: this.#pick("n1", "q", "") };
    const create = post(
      "runs/create",
      this.#some<unknown>({
        experiment_id: this.#experimentId(),
        user_id: this.#pick<unknown>("ann", null, "", 5),
        run_name: this.#pick<unknown>("n1", "", null, 5, "x"),
        start_time: this.#integer(),
        tags: this.#list(() => this.#pick(name, this.#keyValue())),
      }),
    );
    const [[field, value] = ["run_id", ""]] = Object.entries(id);
    return this.#pick<RandomRequest>(
      create,
      create,
      get("runs/get", { [field]: String(value) }),
      get("runs/get", { [field]: String(value) }),
      post("runs/update", {
        ...id,
        ...this.#some<unknown>({ status, end_time: this.#integer(), run_name: this.#text() }),
      }),
      post(`runs/${this.#pick("delete", "restore", "restore")}`, id),
    );
  }

  #metric = () =>
    this.#some<unknown>({
      key: this.#often(this.#pick(...KEYS), ODD_KEYS),
      value: this.#often(this.#rng.int(1000) / 8 - 60, ODD_VALUES),
      timestamp: this.#integer(),
      step: this.#integer(),
    });

  #logOne(): RandomRequest {
    const id = { [this.#pick("run_id", "run_id", "run_uuid")]: this.#runId() };
    return this.#pick<RandomRequest>(
      post("runs/log-metric", { ...id, ...this.#metric() }),
      post("runs/log-metric", { ...id, ...this.#metric() }),
      post("runs/log-parameter", { ...id, ...this.#keyValue() }),
      post("runs/set-tag", { ...id, ...this.#keyValue() }),
      post("runs/delete-tag", { ...id, ...this.#keyValue() }),
    );
  }

  #logBatch(): RandomRequest {
    return post(
      "runs/log-batch",
      this.#some<unknown>({
        run_id: this.#runId(),
        metrics: this.#list(this.#metric),
        params: this.#list(this.#keyValue),
        tags: this.#list(this.#keyValue),
      }),
    );
  }

  #history(): RandomRequest {
    const metric_key = this.#pick(...KEYS);
    const run_ids = this.#runs.slice(-3).map((name) => `<${name}>`);
    const from = this.#rng.int(25) - 5;
    const range = this.#pick<Record<string, string>>(
      {},
      { start_step: String(from), end_step: String(from + this.#rng.int(40) - 3) },
      { start_step: "x", end_step: "3" },
      { start_step: "3" },
    );
    const max_results = this.#pick("1", "3", "5", "2500", "0", "2501", "x", "-1");
    return this.#pick<RandomRequest>(
      get("metrics/get-history", {
        run_id: String(this.#runId()),
        metric_key,
        max_results: this.#pick("1", "3", "100"),
      }),
      get("metrics/get-history-bulk-interval", { run_ids, metric_key, ...range, max_results }),
      get("metrics/get-history-bulk-interval", { run_ids, metric_key, ...range }),
    );
  }

  #inputs(): RandomRequest {
    const dataset = () =>
      this.#some<unknown>({
        name: this.#pick<unknown>("d1", "d2", "n".repeat(501), 5, ""),
        digest: this.#pick("1", "2", "d".repeat(37)),
        source_type: "local",
        source: this.#pick("{}", "s".repeat(65_536)),
        schema: this.#pick("{}", null, ""),
      });
    const tag = () => ({
      key: this.#pick("mlflow.data.context", "k", "k".repeat(256)),
      value: this.#pick("train", "v".repeat(501), ""),
    });
    const run_id = this.#runId();
    const model = () =>
      this.#some<unknown>({ model_id: `m-${this.#count}`, step: this.#integer() });
    return this.#pick<RandomRequest>(
      post("runs/log-inputs", {
        run_id,
        datasets: this.#list(() => this.#some({ dataset: dataset(), tags: this.#list(tag) })),
      }),
      post("runs/outputs", { run_id, models: this.#list(model) }),
      post("runs/log-model", {
        run_id,
        model_json: this.#pick<unknown>(
          ...["{}", "[1", "", 5],
          '{"run_id":"x","artifact_path":"é","utc_time_created":"t","flavors":{"a":{"b":1.0,"config":1}}}',
        ),
      }),
      {
        method: "POST",
        path: `${AJAX}experiments/search-datasets`,
        body: { experiment_ids: this.#pick<unknown>(["0"], ["0", "1"], [], Array(21).fill("x")) },
      },
    );
  }
}

function post(path: string, body: unknown): RandomRequest {
  return { method: "POST", path: API + path, body };
}

function get(path: string, query: Record<string, string | string[]>): RandomRequest {
  return { method: "GET", path: API + path, query };
}
