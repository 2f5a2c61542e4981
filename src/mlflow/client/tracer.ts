/**
 * Functions as spans. A span that starts while another goes on is its child, also across awaits;
 * a span without parent starts a trace, which is sent in the background when it ends. Tracing never
 * changes what a function gives back or throws; what could not be sent is told by `flush`.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Clock, systemClock } from "../../core/clock.ts";
import { newHexId, newSecretBytes } from "../../core/ids.ts";
import type { OtlpSpan } from "../tracing/otlp-spans.ts";
import { toOtlpValue } from "../tracing/to-otlp-value.ts";
import { currentUser } from "./active-run.ts";
import { type ClientOptions, type MlflowClient, openClient } from "./client.ts";
import type { NewTrace } from "./traces.ts";

/** Where traces go. */
export interface TracerOptions extends ClientOptions {
  /** Name of the experiment that holds the traces; made when it is missing. Default `Default`. */
  experiment?: string;
  /** The run that the traces belong to. */
  runId?: string;
  /** A client to use and leave open, in place of opening one. */
  client?: MlflowClient;
}

/** What a span is called and says of itself. */
export interface SpanOptions {
  /** Default: the function's name. */
  name?: string;
  /** MLflow's kind of span: `CHAIN`, `LLM`, `TOOL`, `RETRIEVER`, … Default `UNKNOWN`. */
  type?: string;
  attributes?: Readonly<Record<string, unknown>>;
}

/** A span while it goes on. */
export interface ActiveSpan {
  readonly traceId: string;
  readonly spanId: string;
  setInputs(value: unknown): void;
  setOutputs(value: unknown): void;
  setAttribute(key: string, value: unknown): void;
  addEvent(name: string, attributes?: Readonly<Record<string, unknown>>): void;
}

/** Makes spans of function calls. */
export interface Tracer extends AsyncDisposable {
  /** The function, each call of which is a span with its arguments and result. */
  traced<A extends unknown[], R>(fn: (...args: A) => R, options?: SpanOptions): (...args: A) => R;
  /** Runs `body` as a span; its result is the span's unless `setOutputs` told another. */
  withSpan<R>(name: string, body: (span: ActiveSpan) => R, options?: SpanOptions): R;
  /** Waits until the traces that have ended are stored; rejects when some could not be. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Traces beyond this that wait for a slow server are dropped, and `flush` says so. */
const MAX_WAITING = 1000;

/** Opens a tracer. Errors are those of opening the store and of finding the experiment. */
export async function openTracer(options: TracerOptions = {}): Promise<Tracer> {
  const client = options.client ?? openClient(options);
  const experimentId = await client.experiments.ensure(options.experiment ?? "Default");
  const current = new AsyncLocalStorage<OpenSpan>();
  const outbox = createOutbox((trace, spans) => client.traces.log(trace, spans));
  const base = {
    clock: options.clock ?? systemClock,
    experimentId,
    runId: options.runId ?? null,
    onEnd: outbox.add,
  };
  const withSpan = <R>(
    name: string,
    body: (span: ActiveSpan) => R,
    { type, attributes = {}, ...rest }: SpanOptions = {},
  ): R => {
    const span = openSpan(rest.name ?? name, current.getStore() ?? null, base);
    if (type !== undefined) span.active.setAttribute("mlflow.spanType", type);
    for (const [key, value] of Object.entries(attributes)) span.active.setAttribute(key, value);
    return settle(span, () => current.run(span, body, span.active));
  };
  const tracer: Tracer = {
    withSpan,
    traced:
      (fn, options = {}) =>
      (...args) =>
        withSpan(
          fn.name || "function",
          (span) => {
            span.setInputs(args.length === 1 && isPlain(args[0]) ? args[0] : { args });
            return fn(...args);
          },
          options,
        ),
    flush: outbox.flush,
    close: async () => {
      try {
        await outbox.flush();
      } finally {
        if (options.client === undefined) await client.close();
      }
    },
    [Symbol.asyncDispose]: () => tracer.close(),
  };
  return tracer;
}

interface TraceBase {
  readonly clock: Clock;
  readonly experimentId: string;
  readonly runId: string | null;
  readonly onEnd: (trace: NewTrace, spans: readonly OtlpSpan[]) => void;
}

/** What the spans of one trace share. */
interface OpenTrace extends TraceBase {
  readonly traceId: string;
  readonly startedAtMs: number;
  readonly beganAt: number;
  readonly spans: OtlpSpan[];
}

interface OpenSpan {
  readonly trace: OpenTrace;
  readonly span: OtlpSpan;
  readonly active: ActiveSpan;
}

function openSpan(name: string, parent: OpenSpan | null, base: TraceBase): OpenSpan {
  const trace = parent?.trace ?? openTrace(base);
  const hexId = trace.traceId.slice("tr-".length);
  const span: OtlpSpan = {
    traceId: Buffer.from(hexId, "hex"),
    spanId: newSecretBytes(8),
    parentSpanId: parent?.span.spanId ?? Buffer.alloc(0),
    name,
    startNs: nowNs(trace),
    endNs: 0n,
    attributes: new Map([
      ["mlflow.traceRequestId", trace.traceId],
      ["mlflow.spanType", "UNKNOWN"],
    ]),
    events: [],
    statusCode: "UNSET",
    statusMessage: "",
  };
  const set = (key: string, value: unknown) => span.attributes.set(key, toOtlpValue(value));
  const active: ActiveSpan = {
    traceId: trace.traceId,
    spanId: span.spanId.toString("hex"),
    setInputs: (value) => void set("mlflow.spanInputs", value),
    setOutputs: (value) => void set("mlflow.spanOutputs", value),
    setAttribute: (key, value) => void set(key, value),
    addEvent: (event, attributes = {}) => {
      const entries = Object.entries(attributes);
      const values = new Map(entries.map(([key, value]) => [key, toOtlpValue(value)]));
      span.events.push({ name: event, timeNs: nowNs(trace), attributes: values });
    },
  };
  // In the order of their starts, as they are shown.
  trace.spans.push(span);
  return { trace, span, active };
}

function openTrace(base: TraceBase): OpenTrace {
  const { clock } = base;
  const [startedAtMs, beganAt] = [clock.nowMs(), clock.monotonicMs()];
  return { ...base, traceId: `tr-${newHexId()}`, startedAtMs, beganAt, spans: [] };
}

/** The time since 1970 that goes on evenly from the trace's start. */
function nowNs({ clock, startedAtMs, beganAt }: OpenTrace): bigint {
  const sinceNs = Math.round((clock.monotonicMs() - beganAt) * 1e6);
  return BigInt(Math.round(startedAtMs)) * 1_000_000n + BigInt(sinceNs);
}

/** Ends the span when `work` is done, now or later. */
function settle<R>(span: OpenSpan, work: () => R): R {
  let result: R;
  try {
    result = work();
  } catch (error) {
    fail(span, error);
    throw error;
  }
  if (!(result instanceof Promise)) {
    succeed(span, result);
    return result;
  }
  return result.then(
    (value: unknown) => {
      succeed(span, value);
      return value;
    },
    (error: unknown) => {
      fail(span, error);
      throw error;
    },
  ) as R;
}

function succeed(open: OpenSpan, result: unknown): void {
  if (!open.span.attributes.has("mlflow.spanOutputs")) open.active.setOutputs(result);
  open.span.statusCode = "OK";
  end(open);
}

function fail(open: OpenSpan, error: unknown): void {
  const isError = error instanceof Error;
  const message = isError ? error.message : String(error);
  open.active.addEvent("exception", {
    "exception.type": isError ? error.name : typeof error,
    "exception.message": message,
    "exception.stacktrace": isError ? (error.stack ?? "") : "",
  });
  open.span.statusCode = "ERROR";
  open.span.statusMessage = `${isError ? error.name : "Error"}: ${message}`;
  end(open);
}

function end({ trace, span }: OpenSpan): void {
  span.endNs = nowNs(trace);
  // Children that outlive the root stay open: their trace is on its way.
  if (span.parentSpanId.length > 0) return;
  const { traceId, experimentId, startedAtMs, runId } = trace;
  const run = runId === null ? {} : { "mlflow.sourceRun": runId };
  trace.onEnd(
    {
      traceId,
      experimentId,
      name: span.name,
      state: span.statusCode === "ERROR" ? "ERROR" : "OK",
      startedAtMs,
      durationMs: Number(span.endNs - span.startNs) / 1e6,
      metadata: { "mlflow.user": currentUser(), ...run },
    },
    trace.spans,
  );
}

function isPlain(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

/** Sends traces one after the other, and keeps the first error for `flush`. */
function createOutbox(send: (trace: NewTrace, spans: readonly OtlpSpan[]) => Promise<void>) {
  let waitingCount = 0;
  let failure: unknown = null;
  let last = Promise.resolve();
  return {
    add: (trace: NewTrace, spans: readonly OtlpSpan[]): void => {
      if (waitingCount >= MAX_WAITING) {
        failure ??= new Error(`more than ${MAX_WAITING} traces were waiting: some are lost`);
        return;
      }
      waitingCount++;
      last = last
        .then(() => send(trace, spans))
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          waitingCount--;
        });
    },
    flush: async (): Promise<void> => {
      await last;
      const error = failure;
      failure = null;
      if (error !== null) throw error;
    },
  };
}
