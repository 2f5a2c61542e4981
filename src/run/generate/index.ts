/** The seeded generator of the demo's sources. Read `latent.ts`, then `generate.ts`. */
export {
  buildFiles,
  DEMO_DEFAULTS,
  type DemoManifest,
  type DemoOptions,
  ensureDemo,
} from "./generate.ts";
