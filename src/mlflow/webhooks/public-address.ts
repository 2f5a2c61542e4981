/** Which IP addresses are the public internet's, and so may be sent to (IANA special registries). */
import { BlockList, isIPv4, isIPv6 } from "node:net";

const NOT_PUBLIC = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  "::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "2001::/23",
  "2001:db8::/32",
  "3fff::/20",
  "5f00::/16",
  "fc00::/7",
  "fe80::/9",
  "ff00::/8",
];
/** Networks whose addresses carry an IPv4 address, and at which group it starts. */
const CARRIERS: readonly (readonly [network: string, prefix: number, group: number])[] = [
  ["::ffff:0:0", 96, 6],
  ["64:ff9b::", 96, 6],
  ["2002::", 16, 1],
];

const blocked = new BlockList();
for (const entry of NOT_PUBLIC) {
  const [network = "", prefix = "0"] = entry.split("/");
  blocked.addSubnet(network, Number(prefix), network.includes(":") ? "ipv6" : "ipv4");
}

/** True for an address of the public internet; an IPv4 address inside IPv6 counts as itself. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, "");
  if (isIPv4(bare)) return !blocked.check(bare, "ipv4");
  if (!isIPv6(bare)) return false;
  const carried = findCarried(bare);
  if (carried !== null) return isPublicAddress(carried);
  return !blocked.check(bare, "ipv6");
}

function findCarried(address: string): string | null {
  for (const [network, prefix, group] of CARRIERS) {
    const carrier = new BlockList();
    carrier.addSubnet(network, prefix, "ipv6");
    if (!carrier.check(address, "ipv6")) continue;
    const [high = 0, low = 0] = expand(address).slice(group);
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  }
  return null;
}

/** The eight groups of an IPv6 address. */
function expand(address: string): number[] {
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = short.split("::");
  const read = (text = "") =>
    text
      .split(":")
      .filter(Boolean)
      .map((part) => Number.parseInt(part, 16));
  const [front, back] = [read(head), read(tail)];
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}
