/**
 * What the UI asks of the gateway beside its records, under `/ajax-api` only: providers, their
 * models and credentials, whether secrets have a passphrase, and the endpoints of an older gateway,
 * which this server never has behind it.
 */
import { listModels, listProviders } from "../gateway/model-catalogue.ts";
import { describeProvider } from "../gateway/providers.ts";
import { invalidParameter } from "../wire/error.ts";
import { sendJson } from "../wire/reply.ts";
import { apiRoute, type Method, type Route, rawRoute } from "./route.ts";

const AJAX_ONLY = { method: "GET", version: "3.0", isAjaxOnly: true } as const;

export const gatewayCatalogueRoutes: readonly Route[] = [
  apiRoute({
    ...AJAX_ONLY,
    path: "/gateway/supported-providers",
    handle: () => ({ providers: listProviders() }),
  }),
  apiRoute({
    ...AJAX_ONLY,
    path: "/gateway/supported-models",
    fields: { provider: "string" },
    handle: ({ message: { provider } }) => ({ models: listModels(provider || null) }),
  }),
  apiRoute({
    ...AJAX_ONLY,
    path: "/gateway/provider-config",
    fields: { provider: "string" },
    handle: ({ message: { provider = "" } }) => {
      if (provider === "") throw invalidParameter("Provider parameter is required");
      return describeProvider(provider);
    },
  }),
  apiRoute({
    ...AJAX_ONLY,
    path: "/gateway/secrets/config",
    handle: ({ context: { settings } }) => ({
      secrets_available: true,
      using_default_passphrase: settings.environment.kekPassphrase === null,
    }),
  }),
  ...(["GET", "POST"] as const).map((method: Method) =>
    rawRoute(method, "/ajax-api/2.0/mlflow/gateway-proxy", ({ response }) =>
      sendJson(response, 200, { endpoints: [] }),
    ),
  ),
];
