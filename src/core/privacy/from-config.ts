/** The policy a project's configuration asks for. */
import type { Config } from "../config/index.ts";
import { createPolicy, type PrivacyPolicy } from "./policy.ts";

/** Hints of the policy point to the `allowed_endpoints` line where there is one. */
export function policyFromConfig(config: Config): PrivacyPolicy {
  const entry = config.entries.find((candidate) => candidate.key === "privacy.allowed_endpoints");
  const origin = entry?.origin;
  const fromFile = origin?.kind === "file" ? `${origin.path}:${origin.line}` : config.file;
  return createPolicy({
    tier: config.privacy.tier,
    allowedEndpoints: config.privacy.allowedEndpoints,
    privateEndpoints: config.privacy.privateEndpoints,
    location: origin?.kind === "env" ? origin.name : (fromFile ?? "batuta.toml"),
  });
}
