/** `dns`: look-ups and queries, callback and promise forms, module functions and Resolvers. */
import dns from "node:dns";
import { isIP } from "node:net";

import { SovereignError } from "../errors.ts";
import type { Gate } from "./guard.ts";
import { isLoopbackAddress, isLoopbackName } from "./policy.ts";

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Functions = Record<string, AnyFunction | undefined>;

const QUERIES = [
  "resolve",
  "resolve4",
  "resolve6",
  "resolveAny",
  "resolveCaa",
  "resolveCname",
  "resolveMx",
  "resolveNaptr",
  "resolveNs",
  "resolvePtr",
  "resolveSoa",
  "resolveSrv",
  "resolveTlsa",
  "resolveTxt",
  "reverse",
  "lookupService",
];

const LOOPBACK = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/** Names the policy forbids are not even asked for; `localhost` is answered without asking. */
export function patchDns(gate: Gate): void {
  const callbackForms: object[] = [dns, dns.Resolver.prototype];
  const promiseForms: object[] = [dns.promises, dns.promises.Resolver.prototype];
  for (const target of callbackForms) patchQueries(gate, target as Functions, failByCallback);
  for (const target of promiseForms) patchQueries(gate, target as Functions, failByPromise);
  patchLookup(gate, dns as unknown as Functions, "callback");
  patchLookup(gate, dns.promises as unknown as Functions, "promise");
  const resolvers = [dns.Resolver.prototype, dns.promises.Resolver.prototype].map((prototype) =>
    Object.hasOwn(prototype, "setServers") ? prototype : Object.getPrototypeOf(prototype),
  );
  for (const target of new Set<object>([dns, dns.promises, ...resolvers])) {
    patchServers(gate, target as Functions);
  }
}

function patchQueries(
  gate: Gate,
  target: Functions,
  fail: (error: Error, args: readonly unknown[]) => unknown,
): void {
  for (const name of QUERIES) {
    const original = target[name];
    if (original === undefined) continue;
    target[name] = function (...args) {
      const error = gate.isOpen() ? null : refuseQuery(gate, name, String(args[0]));
      return error === null ? original.apply(this, args) : fail(error, args);
    };
  }
}

/**
 * A query goes to a name server, wherever that is: one for a name of this machine would carry the
 * name out. Only `lookup`, and `lookupService` on an address, are answered here.
 */
function refuseQuery(gate: Gate, query: string, host: string): SovereignError | null {
  const error = gate.refuse("resolve", host, null);
  if (error !== null || query === "lookupService") return error;
  if (!isLoopbackName(host) && !isLoopbackAddress(host)) return null;
  return new SovereignError("PERMISSION_DENIED", `asking a name server for \`${host}\``, {
    hint: "use `dns.lookup`, which knows the names of this machine",
  });
}

function patchLookup(gate: Gate, target: Functions, form: "callback" | "promise"): void {
  const original = target.lookup as AnyFunction;
  const guarded: AnyFunction = function (...args) {
    const host = typeof args[0] === "string" ? args[0] : "";
    // An address resolves to itself, and servers bind through here too.
    if (gate.isOpen() || host === "" || isIP(host) !== 0) return original.apply(this, args);
    const error = gate.refuse("resolve", host, null);
    if (error !== null) {
      return form === "callback" ? failByCallback(error, args) : Promise.reject(error);
    }
    if (!isLoopbackName(host)) return original.apply(this, args);
    const answer = loopbackAnswer(args[1]);
    if (answer.length === 0) return original.apply(this, args);
    const isAll =
      typeof args[1] === "object" && args[1] !== null && "all" in args[1] && args[1].all;
    const first = answer[0] as (typeof LOOPBACK)[number];
    if (form === "promise") return Promise.resolve(isAll ? answer : first);
    const callback = args.at(-1) as (...values: unknown[]) => void;
    process.nextTick(() =>
      isAll ? callback(null, answer) : callback(null, first.address, first.family),
    );
    return {};
  };
  // util.promisify(dns.lookup) has a form of its own, which must not lead around the gate.
  const promisified = Symbol.for("nodejs.util.promisify.custom");
  if (form === "callback") {
    Object.assign(guarded, {
      [promisified]: (host: string, options?: object) =>
        (dns.promises as unknown as Functions).lookup?.(host, options),
    });
  }
  target.lookup = guarded;
}

function loopbackAnswer(options: unknown): typeof LOOPBACK {
  const family =
    typeof options === "object" && options !== null && "family" in options
      ? options.family
      : options;
  if (family === 4 || family === "IPv4") return LOOPBACK.slice(0, 1);
  if (family === 6 || family === "IPv6") return LOOPBACK.slice(1);
  return LOOPBACK;
}

/** Which server a query goes to is an address like any other. */
function patchServers(gate: Gate, target: Functions): void {
  const original = target.setServers;
  if (original === undefined) return;
  target.setServers = function (...args) {
    for (const server of Array.isArray(args[0]) ? args[0] : []) {
      const host = String(server).replace(/^\[([^\]]+)\].*$/, "$1");
      const bare = host.split(":").length === 2 ? (host.split(":")[0] as string) : host;
      const error = gate.isOpen() ? null : gate.refuse("resolve", bare, null);
      if (error !== null) throw error;
    }
    return original.apply(this, args);
  };
}

function failByCallback(error: Error, args: readonly unknown[]): unknown {
  const callback = args.at(-1);
  if (typeof callback !== "function") throw error;
  process.nextTick(() => callback(error));
  return {};
}

function failByPromise(error: Error): Promise<never> {
  return Promise.reject(error);
}
