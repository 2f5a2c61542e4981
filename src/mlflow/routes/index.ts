/** Every route of the server. */
import type { Route } from "./route.ts";
import { serverRoutes } from "./server.ts";

export const ROUTES: readonly Route[] = [...serverRoutes];
