/**
 * URLs as Python's `urllib.parse` takes them apart: nothing is refused or normalised, any scheme
 * has a path, and percent signs that encode nothing stay. MLflow's source checks build on it.
 */

export interface UrlParts {
  /** Lower case, without the colon; empty for a path. */
  scheme: string;
  /** What is between `//` and the path, user and port included. */
  authority: string;
  path: string;
}

/** `urlparse` without parameters, query and fragment. */
export function splitUrl(text: string): UrlParts {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Python strips these too
  let rest = text.replace(/^[\u0000- ]+/, "").replace(/[\t\r\n]/g, "");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(rest)?.[1] ?? "";
  if (scheme !== "") rest = rest.slice(scheme.length + 1);
  const authority = rest.startsWith("//") ? (/^\/\/([^/?#]*)/.exec(rest)?.[1] ?? "") : null;
  if (authority !== null) rest = rest.slice(authority.length + 2);
  const path = /^[^?#]*/.exec(rest)?.[0] ?? "";
  return { scheme: scheme.toLowerCase(), authority: authority ?? "", path };
}

/** The host of an authority in lower case, without user, port and brackets. */
export function hostOf(authority: string): string {
  const address = authority.slice(authority.lastIndexOf("@") + 1);
  const host = address.startsWith("[")
    ? address.slice(1, address.indexOf("]") < 0 ? undefined : address.indexOf("]"))
    : (address.split(":")[0] ?? "");
  return host.toLowerCase();
}

/** `unquote`: percent-encoded bytes as UTF-8, what is no UTF-8 replaced. */
export function unquote(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (codes) =>
    Buffer.from(codes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}
