/** The seeded generator of the demo's sources. Read `latent.ts`, then `generate.ts`. */
export { buildFiles, DEMO_DEFAULTS, type DemoOptions, ensureDemo, findDemo } from "./generate.ts";
export type { DemoManifest } from "./manifest.ts";
