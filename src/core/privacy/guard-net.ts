/** `net.Socket.prototype.connect`, under every stream client of Node, and `fetch` on top of it. */
import net from "node:net";

import { SovereignError } from "../errors.ts";
import type { Gate } from "./guard.ts";
import { isLoopbackAddress, isLoopbackName } from "./policy.ts";

type Connect = (this: net.Socket, ...args: unknown[]) => net.Socket;
type LookupCallback = (error: Error | null, address: unknown, family?: number) => void;
type Lookup = (host: string, options: unknown, callback: LookupCallback) => void;

/** Refused sockets fail as an unknown host does: Node's own path, with our error as its outcome. */
export function patchSockets(gate: Gate): void {
  const original = net.Socket.prototype.connect as unknown as Connect;
  const guarded: Connect = function (...args) {
    if (gate.isOpen()) return original.apply(this, args);
    pinOptions(args);
    const target = readTarget(args);
    if (target === null) return original.apply(this, args);
    const error = gate.refuse("connect", target.host, target.port);
    if (error === null) {
      confineLookup(target);
      return original.apply(this, args);
    }
    const callback = args.at(-1);
    const refused = { host: "refused.invalid", port: 1, lookup: failLookup(error) };
    return original.call(this, refused, typeof callback === "function" ? callback : undefined);
  };
  net.Socket.prototype.connect = guarded as unknown as typeof net.Socket.prototype.connect;
}

/** Makes `fetch` reject with the refusal itself, before a connection and after a redirect. */
export function patchFetch(gate: Gate): void {
  const original = globalThis.fetch;
  if (typeof original !== "function") return;
  globalThis.fetch = async function fetch(...args: Parameters<typeof original>) {
    const url = urlOf(args[0]);
    if (url !== null && /^https?:$/.test(url.protocol)) {
      const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
      const error = gate.refuse("connect", url.hostname, port);
      if (error !== null) throw error;
    }
    try {
      return await original(...args);
    } catch (error) {
      throw findRefusal(error) ?? error;
    }
  };
}

function failLookup(error: Error): Lookup {
  return (_host, _options, callback) => callback(error, "", 0);
}

/**
 * Puts a copy in place of an options object, so that what is checked is what Node reads: an object
 * may answer `host` differently each time it is asked, or hand out something that is no text.
 */
function pinOptions(args: unknown[]): void {
  const list = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  const [options] = list;
  if (typeof options !== "object" || options === null) return;
  const pinned: Record<string, unknown> = {};
  for (const key in options) pinned[key] = (options as Record<string, unknown>)[key];
  const { host } = pinned;
  if (host !== undefined && host !== null) pinned.host = String(host);
  list[0] = pinned;
}

interface Target {
  host: string;
  port: number | null;
  options: Record<string, unknown> | null;
}

/** Host and port of a `connect` call in any of its forms; null for a Unix socket or pipe. */
function readTarget(args: readonly unknown[]): Target | null {
  // net.connect hands over its arguments as one normalised array.
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === "object" && first !== null) {
    const options = first as Record<string, unknown>;
    // As Node tells them apart: any path that counts as true is a Unix socket's.
    if (options.path) return null;
    return { ...hostAndPort(options.host, options.port), options };
  }
  const isPath = typeof first === "string" && !(Number(first) >= 0);
  return isPath ? null : { ...hostAndPort(args[1], first), options: null };
}

function hostAndPort(host: unknown, port: unknown): { host: string; port: number | null } {
  const portNumber = Number(port);
  return {
    host: typeof host === "string" && host !== "" ? host : "localhost",
    port: Number.isInteger(portNumber) ? portNumber : null,
  };
}

/** A name that is allowed for being loopback must not be resolved to anything else. */
function confineLookup(target: Target): void {
  const { options, host } = target;
  if (options === null || typeof options.lookup !== "function" || !isLoopbackName(host)) return;
  const original = options.lookup as Lookup;
  options.lookup = ((name, lookupOptions, callback) =>
    original(name, lookupOptions, (error, address, family) => {
      if (error === null || error === undefined) {
        const found = Array.isArray(address) ? address : [{ address }];
        const stray = found.find((entry) => !isLoopbackAddress(String(entry.address)));
        if (stray !== undefined) {
          return callback(new Error(`\`${name}\` resolved to ${stray.address}`), address, family);
        }
      }
      return callback(error, address, family);
    })) satisfies Lookup;
}

function urlOf(input: unknown): URL | null {
  try {
    if (input instanceof URL) return input;
    if (typeof input === "string") return new URL(input);
    if (typeof input === "object" && input !== null && "url" in input) {
      return new URL(String(input.url));
    }
    return null;
  } catch {
    // Not a URL: fetch itself says so.
    return null;
  }
}

function findRefusal(error: unknown): SovereignError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof SovereignError) return cause;
  }
  return null;
}
