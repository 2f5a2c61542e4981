/** Serving HTTP. */
export { readBody } from "./body.ts";
export { createGate, type Gate, type GateOptions } from "./gate.ts";
export { type Listener, type ListenOptions, listen } from "./listen.ts";
