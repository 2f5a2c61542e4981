/** `dgram`: sending to, connecting to and joining groups of hosts the policy forbids. */
import dgram from "node:dgram";

import type { Gate } from "./guard.ts";

type TargetOf = (this: dgram.Socket, args: readonly unknown[]) => [unknown, unknown] | null;
type Method = (this: dgram.Socket, ...args: unknown[]) => unknown;

/** A refused datagram fails as a failed send does: by callback if there is one, else `error`. */
export function patchDatagrams(gate: Gate): void {
  patchConstructors(gate);
  const prototype = dgram.Socket.prototype as unknown as Record<string, Method>;
  const guard = (name: string, targetOf: TargetOf) => {
    const original = prototype[name] as Method;
    prototype[name] = function (...args) {
      const target = gate.isOpen() ? null : targetOf.call(this, args);
      if (target === null) return original.apply(this, args);
      const [host, port] = target;
      const name = typeof host === "string" && host !== "" ? host : "localhost";
      const error = gate.refuse("send", name, Number(port) || null);
      if (error === null) return original.apply(this, args);
      const callback = args.at(-1);
      process.nextTick(() => {
        if (typeof callback === "function") callback(error);
        else this.emit("error", error);
      });
      return undefined;
    };
  };
  guard("send", sendTarget);
  guard("sendto", ([, , , port, host]) => [host, port]);
  guard("connect", ([port, host]) => [host, port]);
  guard("addMembership", ([group]) => [group, null]);
  guard("addSourceSpecificMembership", ([, group]) => [group, null]);
}

/**
 * A socket with a look-up of its own would ask it even for `127.0.0.1`, and send where it says;
 * such a socket is not made.
 */
function patchConstructors(gate: Gate): void {
  const check = (options: unknown): void => {
    if (gate.isOpen() || typeof options !== "object" || options === null) return;
    if (!("lookup" in options) || options.lookup === undefined) return;
    const error = gate.refuse("send", "a look-up of the caller's", null);
    if (error !== null) throw error;
  };
  const { createSocket, Socket } = dgram;
  const guarded = (...args: unknown[]): dgram.Socket => {
    check(args[0]);
    return Reflect.apply(createSocket, dgram, args) as dgram.Socket;
  };
  const construct = (target: typeof Socket, args: unknown[], newTarget: unknown): object => {
    check(args[0]);
    return Reflect.construct(target, args, newTarget as typeof Socket);
  };
  Object.assign(dgram, { createSocket: guarded, Socket: new Proxy(Socket, { construct }) });
}

/**
 * `send(msg, [offset, length,] [port [, address]] [, callback])`, told apart as Node does. Null for
 * a connected socket: its `connect` was checked.
 */
function sendTarget(this: dgram.Socket, args: readonly unknown[]): [unknown, unknown] | null {
  if (isConnected(this)) return null;
  const [, second, third, fourth, fifth] = args;
  const hasRange = Boolean(fifth) || (Boolean(fourth) && typeof fourth !== "function");
  return hasRange ? [fifth, fourth] : [third, second];
}

function isConnected(socket: dgram.Socket): boolean {
  try {
    socket.remoteAddress();
    return true;
  } catch {
    // Throws for every socket that is not connected; there is no other way to ask.
    return false;
  }
}
