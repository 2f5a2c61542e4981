/**
 * What a privacy tier lets the process reach. `sovereign` (the default) is this machine plus
 * `allowed_endpoints`; `private` adds `private_endpoints`; `standard` is any host. Unix sockets are
 * always this machine. A pattern that cannot be read is an error: a policy never fails open.
 */
import { isIP, isIPv4 } from "node:net";
import { domainToASCII } from "node:url";

import { SovereignError } from "../errors.ts";

export type PrivacyTier = "sovereign" | "private" | "standard";

/** Plain data, so that it can be handed to a worker thread. */
export interface PrivacyPolicy {
  tier: PrivacyTier;
  endpoints: readonly EndpointPattern[];
  /** Where to change it, for hints: `batuta.toml` or `/project/batuta.toml:4`. */
  location: string;
}

export interface EndpointPattern {
  /** Canonical host; for `subdomains` the part behind `*.`. */
  host: string;
  kind: "host" | "subdomains";
  /** Null: any port. */
  port: number | null;
}

export interface PolicyOptions {
  tier: PrivacyTier;
  allowedEndpoints?: readonly string[];
  privateEndpoints?: readonly string[];
  location?: string;
}

/** Reads the endpoint lists; INVALID_PARAMETER_VALUE for a pattern that is none. */
export function createPolicy(options: PolicyOptions): PrivacyPolicy {
  const { tier, allowedEndpoints = [], privateEndpoints = [] } = options;
  // Both lists are read in every tier, so that a mistake shows before the tier is switched.
  const allowed = allowedEndpoints.map(parseEndpoint);
  const extra = privateEndpoints.map(parseEndpoint);
  return {
    tier,
    endpoints: tier === "private" ? [...allowed, ...extra] : allowed,
    location: options.location ?? "batuta.toml",
  };
}

/** `host`, `host:port`, `*.host`, `*.host:port`, `[v6]:port` or a bare IPv6 address. */
export function parseEndpoint(pattern: string): EndpointPattern {
  const text = pattern.trim();
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = /^(\*\.)?([^\s:/*@?#[\]]+)(?::(\d+))?$/.exec(text);
  const isBareV6 = isIP(text) === 6;
  const host = isBareV6 ? text : (bracketed?.[1] ?? plain?.[2] ?? "");
  const portText = isBareV6 ? undefined : (bracketed?.[2] ?? plain?.[3]);
  const canonical = canonicalHost(host);
  const port = portText === undefined ? null : Number(portText);
  const isWildcardAddress = plain?.[1] !== undefined && isIP(canonical) !== 0;
  const isBadBracket = bracketed !== null && isIP(canonical) === 0;
  const isBadPort = port !== null && (port < 1 || port > 65535);
  if (canonical === "" || isWildcardAddress || isBadBracket || isBadPort) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${pattern}\` is no endpoint`, {
      hint: "write `host`, `host:port`, `*.example.com` or `[::1]:8080` in `[privacy]` of batuta.toml",
    });
  }
  return { host: canonical, kind: plain?.[1] === undefined ? "host" : "subdomains", port };
}

/**
 * True when the tier lets the process reach `host` on `port`. With a null port (name resolution)
 * any port of a matching entry will do.
 */
export function isAllowed(policy: PrivacyPolicy, host: string, port: number | null): boolean {
  if (policy.tier === "standard") return true;
  const wanted = canonicalHost(host);
  if (wanted === "") return false;
  if (isLoopbackName(wanted) || isLoopbackAddress(wanted)) return true;
  return policy.endpoints.some(
    (entry) =>
      (entry.port === null || port === null || entry.port === port) &&
      (entry.kind === "host" ? wanted === entry.host : wanted.endsWith(`.${entry.host}`)),
  );
}

/** `localhost` and names below it (RFC 6761). */
export function isLoopbackName(host: string): boolean {
  const name = canonicalHost(host);
  return name === "localhost" || name.endsWith(".localhost");
}

/** 127.0.0.0/8, ::1, and the IPv4-mapped form of the former. */
export function isLoopbackAddress(host: string): boolean {
  const address = canonicalHost(host);
  return (isIPv4(address) && address.startsWith("127.")) || address === "::1";
}

/**
 * One spelling per host: IDNA and lower case, no trailing dot, no brackets or zone, IPv6 shortened,
 * IPv4-mapped IPv6 as IPv4. Empty when the text cannot be a host.
 */
export function canonicalHost(host: string): string {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  const unzoned = bare.replace(/%.*$/, "");
  if (isIP(unzoned) === 6) return canonicalIpv6(unzoned);
  if (isIPv4(bare)) return bare;
  return domainToASCII(bare).toLowerCase().replace(/\.$/, "");
}

function canonicalIpv6(address: string): string {
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  const high = Number.parseInt(mapped[1] as string, 16);
  const low = Number.parseInt(mapped[2] as string, 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
