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
  const plain = new Map<string, Route>();
  for (const route of ROUTES) {
    for (const path of pathsOf(route)) {
      if (!/[:*]/.test(path)) plain.set(`${route.method} ${prefix}${path}`, route);
    }
  }
  // The tree takes longer to grow than a command on one run does to answer.
  let tree: ReturnType<typeof growTree> | null = null;
  return (method, path) => {
    const route = plain.get(`${method} ${path}`);
    if (route !== undefined) return { route, path: {} };
    if (!METHODS.includes(method)) return null;
    tree ??= growTree(prefix);
    const found = tree.find(method, path);
    if (found === null) return null;
    return { route: found.store as Route, path: found.params as Record<string, string> };
  };
}

function growTree(prefix: string) {
  const tree = Router({ maxParamLength: 5000 });
  for (const route of ROUTES) {
    for (const path of pathsOf(route)) {
      tree.on(route.method, prefix + path, () => undefined, route);
    }
  }
  return tree;
}
