/** Every way Node has to leave the machine, tried once; runs in a test, a process and a worker. */
import dgram from "node:dgram";
import dns, { promises as dnsPromises, lookup as namedLookup } from "node:dns";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { promisify } from "node:util";

type Outcome = { code: string; message: string };
type Emitter = { once(event: string, listener: (value: unknown) => void): unknown };

const describe = (error: unknown): Outcome => ({
  code: String((error as { code?: unknown }).code ?? "none"),
  message: error instanceof Error ? error.message : String(error),
});

const untilError = (emitter: Emitter, open: string): Promise<Outcome> =>
  new Promise((resolve) => {
    emitter.once("error", (error) => resolve(describe(error)));
    emitter.once(open, () => resolve({ code: "CONNECTED", message: "" }));
  });

const rejected = (promise: Promise<unknown>): Promise<Outcome> =>
  promise.then(() => ({ code: "CONNECTED", message: "" }), describe);

const called = (start: (callback: (error: Error | null) => void) => unknown): Promise<Outcome> =>
  new Promise((resolve) => start((error) => resolve(describe(error ?? "no error"))));

const HOST = "leak.example.com";
const IP = "192.0.2.1";

/** Outcome by client API; each should be PERMISSION_DENIED naming the host. */
export async function tryEveryClient(): Promise<Record<string, Outcome>> {
  const udp = dgram.createSocket("udp4");
  const queries = ["resolve", "resolve4", "resolve6", "resolveAny", "resolveCaa", "resolveCname"];
  queries.push("resolveMx", "resolveNaptr", "resolveNs", "resolvePtr", "resolveSoa", "resolveSrv");
  queries.push("resolveTxt");
  type Query = (host: string, callback?: (error: Error | null) => void) => Promise<unknown>;
  const of = (target: unknown, name: string): Query => {
    const functions = target as Record<string, Query>;
    return (...args) => functions[name]!.apply(target, args);
  };
  const attempts: Record<string, () => Promise<Outcome>> = {
    "net.connect(port, host)": () => untilError(net.connect(80, HOST), "connect"),
    "net.connect(options)": () => untilError(net.connect({ host: IP, port: 80 }), "connect"),
    "net.createConnection": () => untilError(net.createConnection(80, IP), "connect"),
    "new net.Socket": () => untilError(new net.Socket().connect(80, HOST), "connect"),
    "new net.Socket options": () =>
      untilError(new net.Socket().connect({ host: "2001:db8::1", port: 80 }), "connect"),
    "tls.connect": () => untilError(tls.connect(443, HOST), "secureConnect"),
    "http.get": () => untilError(http.get(`http://${HOST}/`), "response"),
    "http.request ip": () => untilError(http.request({ host: IP }).end(), "response"),
    "https.get": () => untilError(https.get(`https://${HOST}/`), "response"),
    "http.Agent keepAlive": () =>
      untilError(
        http.get(`http://${HOST}/`, { agent: new http.Agent({ keepAlive: true }) }),
        "response",
      ),
    "http2.connect": () => untilError(http2.connect(`http://${HOST}`), "connect"),
    "http2.connect tls": () => untilError(http2.connect(`https://${HOST}`), "connect"),
    "fetch(string)": () => rejected(fetch(`http://${HOST}/`)),
    "fetch(URL)": () => rejected(fetch(new URL(`https://${HOST}/`))),
    "fetch(Request)": () => rejected(fetch(new Request(`https://${HOST}/`))),
    "fetch(ip)": () => rejected(fetch(`http://${IP}/`)),
    "dgram.send": () => called((done) => udp.send("x", 53, HOST, done)),
    "dgram.send ip": () => called((done) => udp.send("x", 53, IP, done)),
    "dgram.send range": () => called((done) => udp.send(Buffer.from("x"), 0, 1, 53, IP, done)),
    "dgram.connect": () =>
      called((done) => dgram.createSocket("udp4").connect(53, IP, done as () => void)),
    "dns.lookup": () => called((done) => dns.lookup(HOST, done)),
    "dns.lookup named import": () => called((done) => namedLookup(HOST, { all: true }, done)),
    "dns.lookup promisified": () => rejected(promisify(dns.lookup)(HOST)),
    "dns.promises.lookup": () => rejected(dnsPromises.lookup(HOST)),
    "dns.reverse": () => called((done) => dns.reverse(IP, done)),
    "dns.lookupService": () => called((done) => dns.lookupService(IP, 80, done)),
    "dns.promises.lookupService": () => rejected(dnsPromises.lookupService(IP, 80)),
  };
  for (const name of queries) {
    attempts[`dns.${name}`] = () => called((done) => of(dns, name)(HOST, done));
    attempts[`dns.promises.${name}`] = () => rejected(of(dnsPromises, name)(HOST));
    attempts[`Resolver.${name}`] = () => called((done) => of(new dns.Resolver(), name)(HOST, done));
    attempts[`promises.Resolver.${name}`] = () =>
      rejected(of(new dnsPromises.Resolver(), name)(HOST));
  }
  if (typeof WebSocket === "function") {
    attempts.WebSocket = () => untilWebError(new WebSocket(`ws://${HOST}/`));
  }
  const outcomes: Record<string, Outcome> = {};
  for (const [name, attempt] of Object.entries(attempts)) outcomes[name] = await attempt();
  udp.close();
  return outcomes;
}

/** A WebSocket hides its cause; that it fails without connecting is all it tells. */
function untilWebError(socket: WebSocket): Promise<Outcome> {
  return new Promise((resolve) => {
    socket.addEventListener("error", () =>
      resolve({ code: "PERMISSION_DENIED", message: `${HOST} sovereign` }),
    );
    socket.addEventListener("open", () => resolve({ code: "CONNECTED", message: "" }));
  });
}
