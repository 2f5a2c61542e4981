/**
 * The egress guard: after `installEgressGuard`, nothing in this thread connects to or resolves a
 * host the policy forbids. It sits where every client API of Node ends up: `net.Socket.connect`
 * (http, https, http2, tls, fetch, WebSocket), `dgram` and `dns`; and it keeps worker threads from
 * starting without it. Child processes and native code are out of its reach: `core/proc.ts` and the
 * engine have their own rules. Install it before any other module can keep a `dns` function.
 */
import { syncBuiltinESMExports } from "node:module";

import { SovereignError } from "../errors.ts";
import { patchBindings } from "./guard-bindings.ts";
import { patchDatagrams } from "./guard-dgram.ts";
import { patchDns } from "./guard-dns.ts";
import { patchFetch, patchSockets } from "./guard-net.ts";
import { patchWorkers } from "./guard-workers.ts";
import { isAllowed, type PrivacyPolicy } from "./policy.ts";

/** A refused connection or look-up. */
export interface EgressAttempt {
  /** `connect`, `send`, `resolve`, `worker`. */
  kind: "connect" | "send" | "resolve" | "worker";
  host: string;
  port: number | null;
  tier: PrivacyPolicy["tier"];
}

export type AttemptListener = (attempt: EgressAttempt) => void;

/** What the patches ask; reads the policy in force at the time of the call. */
export interface Gate {
  /** Null when allowed, else the error to hand out; the attempt is reported. */
  refuse(kind: EgressAttempt["kind"], host: string, port: number | null): SovereignError | null;
  isOpen(): boolean;
}

interface GuardState {
  policy: PrivacyPolicy;
  onAttempt: AttemptListener;
}

let state: GuardState | null = null;
let isPatched = false;

const gate: Gate = {
  isOpen: () => state === null || state.policy.tier === "standard",
  refuse(kind, host, port) {
    if (state === null || isAllowed(state.policy, host, port)) return null;
    const { policy, onAttempt } = state;
    onAttempt({ kind, host, port, tier: policy.tier });
    return refusal(policy, kind, { host, port });
  },
};

/**
 * Puts `policy` in force in this thread and returns a function that puts the previous one back
 * (tests; a process never needs it). `onAttempt` hears of every refusal, before the caller does.
 */
export function installEgressGuard(
  policy: PrivacyPolicy,
  onAttempt: AttemptListener = () => {},
): () => void {
  const previous = state;
  state = { policy, onAttempt };
  if (!isPatched) {
    isPatched = true;
    patchSockets(gate);
    patchFetch(gate);
    patchDatagrams(gate);
    patchDns(gate);
    patchWorkers(gate);
    patchBindings(gate);
    syncBuiltinESMExports();
  }
  return () => {
    state = previous;
  };
}

/** The policy in force in this thread, null before the guard is installed. */
export function currentPolicy(): PrivacyPolicy | null {
  return state?.policy ?? null;
}

/** Reports an attempt that a worker thread's guard refused. */
export function reportAttempt(attempt: EgressAttempt): void {
  state?.onAttempt(attempt);
}

function refusal(
  policy: PrivacyPolicy,
  kind: EgressAttempt["kind"],
  target: { host: string; port: number | null },
): SovereignError {
  const { host, port } = target;
  const where = port === null ? host : `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const what = { connect: "connecting to", send: "sending to", resolve: "resolving" };
  const details = { host, port, tier: policy.tier };
  if (kind === "worker") {
    return new SovereignError("PERMISSION_DENIED", "a worker thread must carry the egress guard", {
      hint: "start it with `startWorker` of core/privacy",
      details,
    });
  }
  return new SovereignError(
    "PERMISSION_DENIED",
    `${what[kind]} \`${where}\` is not allowed in privacy tier \`${policy.tier}\``,
    {
      hint: `add "${host}" to \`allowed_endpoints\` under \`[privacy]\` in ${policy.location}`,
      details,
    },
  );
}
