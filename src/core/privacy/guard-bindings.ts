/**
 * `process.binding`, the deprecated way to Node's inner parts: with it a socket can be had that no
 * other patch sees. The parts that open sockets and resolve names are refused, the rest stays.
 */
import type { Gate } from "./guard.ts";

const SOCKETS = new Set(["tcp_wrap", "udp_wrap", "cares_wrap"]);

type Binding = (name: string) => unknown;

/** Refuses the inner parts that reach the network while a tier is in force. */
export function patchBindings(gate: Gate): void {
  const owner = process as unknown as { binding?: Binding };
  const original = owner.binding;
  if (original === undefined) return;
  owner.binding = function binding(name) {
    const isSocket = SOCKETS.has(String(name)) && !gate.isOpen();
    const error = isSocket ? gate.refuse("connect", `process.binding("${name}")`, null) : null;
    if (error !== null) throw error;
    return original.call(process, name);
  };
}
