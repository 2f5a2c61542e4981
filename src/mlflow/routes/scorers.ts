/** Scorers: `/scorers/*`. Running them, and scoring new traces with them, is not implemented. */
import {
  deleteScorer,
  getScorer,
  listScorers,
  listScorerVersions,
  registerScorer,
  type ScorerVersion,
} from "../store/scorers.ts";
import { isIntLike, isString, required } from "../wire/checks.ts";
import { listOrNone } from "../wire/registry.ts";
import { apiRoute, type Route } from "./route.ts";

const given = [required, isString];

export const scorerRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/scorers/register",
    version: "3.0",
    fields: { experiment_id: "string", name: "string", serialized_scorer: "string" },
    checks: { experiment_id: given, name: given, serialized_scorer: given },
    handle: ({ context: { database, clock }, message }) => {
      const { experiment_id: experimentId = "", name = "", serialized_scorer = "" } = message;
      const fresh = { experimentId, name, serialized: serialized_scorer };
      const scorer = database.transaction(() => registerScorer(database, fresh, clock.nowMs()));
      return {
        version: scorer.version,
        scorer_id: scorer.scorerId,
        experiment_id: String(scorer.experimentId),
        name: scorer.name,
        serialized_scorer: scorer.serialized,
        creation_time: scorer.creationTime ?? undefined,
      };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/scorers/list",
    version: "3.0",
    fields: { experiment_id: "string" },
    checks: { experiment_id: given },
    handle: ({ context, message: { experiment_id = "" } }) => ({
      scorers: listOrNone(listScorers(context.database, experiment_id).map(wireScorer)),
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/scorers/versions",
    version: "3.0",
    fields: { experiment_id: "string", name: "string" },
    checks: { experiment_id: given, name: given },
    handle: ({ context, message: { experiment_id = "", name = "" } }) => ({
      scorers: listScorerVersions(context.database, experiment_id, name).map(wireScorer),
    }),
  }),
  apiRoute({
    method: "GET",
    path: "/scorers/get",
    version: "3.0",
    fields: { experiment_id: "string", name: "string", version: "int32" },
    checks: { experiment_id: given, name: given, version: [isIntLike] },
    handle: ({ context, message: { experiment_id = "", name = "", version = null } }) => ({
      scorer: wireScorer(getScorer(context.database, experiment_id, name, version)),
    }),
  }),
  apiRoute({
    method: "DELETE",
    path: "/scorers/delete",
    version: "3.0",
    fields: { experiment_id: "string", name: "string", version: "int32" },
    checks: { experiment_id: given, name: given, version: [isIntLike] },
    handle: ({ context: { database }, message }) => {
      const { experiment_id = "", name = "", version = null } = message;
      database.transaction(() => deleteScorer(database, experiment_id, name, version));
      return {};
    },
  }),
];

function wireScorer(scorer: ScorerVersion) {
  return {
    experiment_id: scorer.experimentId,
    scorer_name: scorer.name,
    scorer_version: scorer.version,
    serialized_scorer: scorer.serialized,
    creation_time: scorer.creationTime ?? undefined,
    scorer_id: scorer.scorerId,
  };
}
