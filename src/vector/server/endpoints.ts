/**
 * Endpoints of the REST API: names that indexes are grouped by. Here one process answers for all of
 * them, so an endpoint is an entry of `endpoints.json` beside the collections, ONLINE at once.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import { createFolders, errnoOf, writeFileAtomic } from "../../core/io/index.ts";

export interface Endpoint {
  readonly name: string;
  readonly endpoint_type: string;
  readonly creation_timestamp: number;
}

/** Where collections are that were not made through the API. */
export const LOCAL_ENDPOINT = "local";
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,127}$/u;

export class Endpoints {
  readonly #folder: string;
  readonly #clock: Clock;
  #changes: Promise<unknown> = Promise.resolve();

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** The one that is always there first, then the others as they were made. */
  list(): Endpoint[] {
    const local = { name: LOCAL_ENDPOINT, endpoint_type: "STANDARD", creation_timestamp: 0 };
    return [local, ...this.#read()];
  }

  /** RESOURCE_DOES_NOT_EXIST when there is none of that name. */
  get(name: string): Endpoint {
    const found = this.list().find((endpoint) => endpoint.name === name);
    if (found !== undefined) return found;
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no endpoint \`${name}\``, {
      hint: "make it with POST /api/2.0/vector-search/endpoints",
    });
  }

  create(name: string, type: string): Promise<Endpoint> {
    return this.#inTurn(async () => {
      if (!NAME.test(name)) {
        throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${name}\` names no endpoint`, {
          hint: "use letters, digits, `_`, `-` and `.`",
        });
      }
      if (this.list().some((endpoint) => endpoint.name === name)) {
        throw new SovereignError("RESOURCE_ALREADY_EXISTS", `endpoint \`${name}\` exists`, {
          hint: "choose another name",
        });
      }
      const made = { name, endpoint_type: type, creation_timestamp: this.#clock.nowMs() };
      await this.#write([...this.#read(), made]);
      return made;
    });
  }

  delete(name: string): Promise<void> {
    return this.#inTurn(async () => {
      this.get(name);
      await this.#write(this.#read().filter((endpoint) => endpoint.name !== name));
    });
  }

  get #path(): string {
    return join(this.#folder, "endpoints.json");
  }

  #read(): Endpoint[] {
    try {
      const { endpoints } = JSON.parse(readFileSync(this.#path, "utf8")) as { endpoints: unknown };
      if (Array.isArray(endpoints)) return endpoints as Endpoint[];
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return [];
    }
    throw new SovereignError("DATA_LOSS", `\`${this.#path}\` is no list of endpoints`, {
      hint: "delete the file; indexes stay",
    });
  }

  async #write(endpoints: readonly Endpoint[]): Promise<void> {
    createFolders(this.#folder);
    await writeFileAtomic(this.#path, Buffer.from(`${JSON.stringify({ endpoints }, null, 2)}\n`));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(work, work);
    this.#changes = result.catch(() => undefined);
    return result;
  }
}
