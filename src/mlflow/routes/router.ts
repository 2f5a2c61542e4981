/** Which route a method and a path mean. */
import Router from "find-my-way";
import { ROUTES } from "./index.ts";
import { type Method, pathsOf, type Route } from "./route.ts";

export interface Match {
  readonly route: Route;
  /** The `:name` parts of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
}

export const METHODS: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Finds routes below `prefix`; null when there is none. */
export function createRouter(prefix: string): (method: Method, path: string) => Match | null {
  const router = Router({ maxParamLength: 5000 });
  for (const route of ROUTES) {
    for (const path of pathsOf(route)) {
      router.on(route.method, prefix + path, () => undefined, route);
    }
  }
  return (method, path) => {
    const found = METHODS.includes(method) ? router.find(method, path) : null;
    if (found === null) return null;
    return { route: found.store as Route, path: found.params as Record<string, string> };
  };
}
