/**
 * The parts of a URI as `java.net.URI` reads them (RFC 2396 with Java's deviations): nothing is
 * decoded, characters beyond ASCII are legal, an authority that names no proper host has none.
 * IPv6 literals are refused.
 */
import { runtimeError } from "../builder.ts";

export interface UriParts {
  readonly scheme: string | null;
  readonly authority: string | null;
  readonly userInfo: string | null;
  readonly host: string | null;
  /** Null in an opaque URI such as `mailto:a@b.c`. */
  readonly path: string | null;
  readonly query: string | null;
  readonly fragment: string | null;
}

const UNRESERVED = "A-Za-z0-9\\-_.!~*'()";
const OTHER = "[^\\x00-\\x9f\\p{Z}]";
const ESCAPED = "%[0-9A-Fa-f]{2}";

function legal(more: string): RegExp {
  return new RegExp(`^(?:[${UNRESERVED}${more}]|${ESCAPED}|${OTHER})*$`, "u");
}

const PATH = legal(":@&=+$,;/");
const URIC = legal(";/?:@&=+$,\\[\\]");
const AUTHORITY = legal("$,;:@&=+");
const USER_INFO = legal(";:&=+$,");

/** Splits a URI; null where Java throws. */
export function readUri(text: string): UriParts | null {
  const colon = /^[^/?#:]*:/.exec(text)?.[0].length ?? 0;
  const scheme = colon > 0 ? text.slice(0, colon - 1) : null;
  if (scheme !== null && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) return null;
  const rest = text.slice(colon);
  if (scheme !== null && !rest.startsWith("/")) return readOpaque(scheme, rest);
  const [, slashes, authority, path, query, fragment] =
    /^(?:(\/\/)([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/.exec(rest)!;
  const ends = path === "" && query === undefined && fragment === undefined;
  if (slashes && authority === "" && ends) return null;
  if (!PATH.test(path!) || !isUric(query) || !isUric(fragment)) return null;
  const server = authority ? readAuthority(authority) : NO_SERVER;
  if (!server) return null;
  return {
    ...{ scheme, ...server, path: path!, authority: authority || null },
    ...{ query: query ?? null, fragment: fragment ?? null },
  };
}

function isUric(text: string | undefined): boolean {
  return text === undefined || URIC.test(text);
}

function readOpaque(scheme: string, rest: string): UriParts | null {
  const [, body, fragment] = /^([^#]*)(?:#([\s\S]*))?$/.exec(rest)!;
  if (body === "" || !URIC.test(body!) || !isUric(fragment)) return null;
  const nothing = { authority: null, path: null, query: null, ...NO_SERVER };
  return { scheme, ...nothing, fragment: fragment ?? null };
}

interface Server {
  readonly userInfo: string | null;
  readonly host: string | null;
}

const NO_SERVER: Server = { userInfo: null, host: null };

function readAuthority(authority: string): Server | null {
  if (/[[\]]/.test(authority)) {
    throw runtimeError("UNSUPPORTED_FEATURE", "0A000", "an IPv6 address in a URL is not supported");
  }
  if (!AUTHORITY.test(authority)) return null;
  const at = authority.indexOf("@");
  const userInfo = at < 0 ? null : authority.slice(0, at);
  if (userInfo !== null && !USER_INFO.test(userInfo)) return NO_SERVER;
  const match = /^([^:]*)(?::(\d*))?$/.exec(authority.slice(at + 1));
  if (!match || !isHost(match[1]!) || Number(match[2] ?? 0) > 2 ** 31 - 1) return NO_SERVER;
  return { userInfo, host: match[1]! };
}

/** An IPv4 address, or labels of letters, digits and inner dashes; the last of several by name. */
function isHost(host: string): boolean {
  const bytes = host.split(".");
  if (bytes.length === 4 && bytes.every((b) => /^\d+$/.test(b) && Number(b) <= 255)) return true;
  const labels = (host.endsWith(".") ? host.slice(0, -1) : host).split(".");
  const proper = labels.every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(label));
  return proper && (labels.length === 1 || /^[A-Za-z]/.test(labels.at(-1)!));
}
