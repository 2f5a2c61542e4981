/** Privacy tiers and their enforcement. Read `policy.ts`, then `guard.ts`. */
export { policyFromConfig } from "./from-config.ts";
export {
  type AttemptListener,
  currentPolicy,
  type EgressAttempt,
  installEgressGuard,
} from "./guard.ts";
export { createPolicy, isAllowed, type PrivacyPolicy, type PrivacyTier } from "./policy.ts";
export { startWorker } from "./worker.ts";
