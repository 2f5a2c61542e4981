/** What a webhook may be called and where it may point (`_validate_webhook_*` of MLflow). */
import { isIP } from "node:net";
import { invalidParameter } from "../wire/error.ts";
import { pythonRepr } from "../wire/python-text.ts";
import { hostOf, splitUrl } from "../wire/python-url.ts";
import { isPublicAddress } from "./public-address.ts";

/** Where deliveries may go: MLFLOW_WEBHOOK_ALLOWED_SCHEMES and _ALLOW_PRIVATE_IPS. */
export interface WebhookRules {
  readonly schemes: readonly string[];
  readonly mayBePrivate: boolean;
}

/** Refuses what cannot name a webhook. */
export function validateWebhookName(name: string): void {
  if (name.length <= 63 && /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(name)) return;
  throw invalidParameter(
    `Webhook name ${pythonRepr(name)} is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).`,
  );
}

/**
 * Refuses a URL that no delivery may go to. Names are not resolved here, so that registering a
 * webhook touches no network: `deliver.ts` looks at the addresses they have.
 */
export function validateWebhookUrl(url: string, rules: WebhookRules): void {
  if (url.trim() === "") {
    throw invalidParameter(`Webhook URL cannot be empty or just whitespace: ${pythonRepr(url)}`);
  }
  const { scheme, authority } = splitUrl(url);
  if (!rules.schemes.includes(scheme)) {
    throw invalidParameter(
      `Invalid webhook URL scheme: ${pythonRepr(scheme)}. Allowed schemes are: ${rules.schemes.join(", ")}.`,
    );
  }
  const host = hostOf(authority);
  if (host === "" || !URL.canParse(url)) {
    throw invalidParameter(`Webhook URL must include a hostname: ${pythonRepr(url)}`);
  }
  // The URL class reads every spelling of an address: `0x7f.1`, `2130706433`, `[::1]`.
  const address = new URL(url).hostname.replace(/^\[|\]$/g, "");
  if (isIP(address) !== 0 && !rules.mayBePrivate) requirePublic(host, address);
}

/** Refuses an address that is not the public internet's. */
export function requirePublic(host: string, address: string): void {
  if (isPublicAddress(address)) return;
  throw invalidParameter(
    `Webhook URL must not resolve to a non-public IP address. ${pythonRepr(host)} resolves to ${address}.`,
  );
}
