/** Every route of the server. */
import { absentRoutes } from "./absent.ts";
import { artifactRoutes } from "./artifacts.ts";
import { budgetRoutes } from "./budgets.ts";
import { evaluationDatasetRoutes } from "./evaluation-datasets.ts";
import { experimentRoutes } from "./experiments.ts";
import { gatewayRoutes } from "./gateway.ts";
import { gatewayCatalogueRoutes } from "./gateway-catalogue.ts";
import { gatewayEndpointRoutes } from "./gateway-endpoints.ts";
import { graphqlRoutes } from "./graphql.ts";
import { issueRoutes } from "./issues.ts";
import { loggedModelRoutes } from "./logged-models.ts";
import { loggingRoutes } from "./logging.ts";
import { metricRoutes } from "./metrics.ts";
import { modelArtifactRoutes } from "./model-artifacts.ts";
import { modelSearchRoutes } from "./model-searches.ts";
import { modelVersionRoutes } from "./model-versions.ts";
import { onlineScoringRoutes } from "./online-scoring.ts";
import { promptlabRoutes } from "./promptlab.ts";
import { registeredModelRoutes } from "./registered-models.ts";
import type { Route } from "./route.ts";
import { runInputRoutes } from "./run-inputs.ts";
import { runRoutes } from "./runs.ts";
import { scorerRoutes } from "./scorers.ts";
import { serverRoutes } from "./server.ts";
import { tracingRoutes } from "./tracing.ts";
import { webhookRoutes } from "./webhooks.ts";

const REST_ROUTES: readonly Route[] = [
  ...serverRoutes,
  ...artifactRoutes,
  ...experimentRoutes,
  ...runRoutes,
  ...loggingRoutes,
  ...promptlabRoutes,
  ...runInputRoutes,
  ...loggedModelRoutes,
  ...metricRoutes,
  ...registeredModelRoutes,
  ...modelVersionRoutes,
  ...modelArtifactRoutes,
  ...modelSearchRoutes,
  ...tracingRoutes,
  ...webhookRoutes,
  ...scorerRoutes,
  ...onlineScoringRoutes,
  ...evaluationDatasetRoutes,
  ...issueRoutes,
  ...gatewayRoutes,
  ...gatewayEndpointRoutes,
  ...gatewayCatalogueRoutes,
  ...budgetRoutes,
  ...absentRoutes,
];

export const ROUTES: readonly Route[] = [...REST_ROUTES, ...graphqlRoutes(REST_ROUTES)];
