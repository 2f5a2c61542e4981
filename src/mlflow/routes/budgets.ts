/** The AI gateway's budgets: `/gateway/budgets/*` of version 3.0. They are kept, not enforced. */
import { windowAt } from "../gateway/budget-window.ts";
import {
  type BudgetChanges,
  type BudgetPolicy,
  type BudgetRule,
  createBudget,
  deleteBudget,
  getBudget,
  listBudgets,
  sumSpending,
  updateBudget,
} from "../store/budget-policies.ts";
import { validateLength } from "../store/names.ts";
import { isIntLike, isString, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { type MessageOf, message, oneOf } from "../wire/fields.ts";
import { decodeOffset, encodeOffset } from "../wire/offset-token.ts";
import { wireDouble } from "../wire/print-json.ts";
import { listOrNone } from "../wire/registry.ts";
import { apiRoute, type Route } from "./route.ts";

const version = "3.0" as const;
const given = [required, isString];
const BY_ID = {
  version,
  fields: { budget_policy_id: "string" },
  checks: { budget_policy_id: given },
} as const;
const PAGE_SIZE = 1000;
const MAX_PAGE_SIZE = 50_000;

const DURATION_UNITS = {
  DURATION_UNIT_UNSPECIFIED: 0,
  MINUTES: 1,
  HOURS: 2,
  DAYS: 3,
  WEEKS: 4,
  MONTHS: 5,
};
const RULE = {
  budget_unit: oneOf({ BUDGET_UNIT_UNSPECIFIED: 0, USD: 1 }),
  budget_amount: "double",
  duration: message({
    unit: oneOf(DURATION_UNITS),
    value: "int32",
  }),
  target_scope: oneOf({ TARGET_SCOPE_UNSPECIFIED: 0, GLOBAL: 1, WORKSPACE: 2 }),
  budget_action: oneOf({ BUDGET_ACTION_UNSPECIFIED: 0, ALERT: 1, REJECT: 2 }),
} as const;

/** As MLflow does, what did not parse is read as zero. */
const ZERO = {
  budget_unit: "BUDGET_UNIT_UNSPECIFIED",
  budget_amount: 0,
  duration: {},
  target_scope: "TARGET_SCOPE_UNSPECIFIED",
  budget_action: "BUDGET_ACTION_UNSPECIFIED",
} as const;

export const budgetRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/gateway/budgets/create",
    version,
    fields: { ...RULE, created_by: "string" },
    checks: {
      budget_unit: [required],
      budget_amount: [required],
      duration: [required],
      target_scope: [required],
      budget_action: [required],
      created_by: [isString],
    },
    handle: ({ context: { database, clock }, message: request }) => {
      const rule = readRule({ ...ZERO, ...request }) as BudgetRule;
      const { created_by = "" } = request;
      validateLength("created_by", 255, created_by);
      const create = () => createBudget(database, rule, created_by || null, clock.nowMs());
      return { budget_policy: wireBudget(database.transaction(create)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/budgets/get",
    ...BY_ID,
    handle: ({ context, message: { budget_policy_id = "" } }) => ({
      budget_policy: wireBudget(getBudget(context.database, budget_policy_id)),
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/gateway/budgets/update",
    version,
    fields: { budget_policy_id: "string", ...RULE, updated_by: "string" },
    checks: { budget_policy_id: given, updated_by: [isString] },
    handle: ({ context: { database, clock }, message: request }) => {
      const { budget_policy_id = "", updated_by = "" } = request;
      const changes = readRule(request);
      validateLength("updated_by", 255, updated_by);
      const update = () =>
        updateBudget(
          database,
          budget_policy_id,
          { changes, by: updated_by || null },
          clock.nowMs(),
        );
      return { budget_policy: wireBudget(database.transaction(update)) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/gateway/budgets/delete",
    ...BY_ID,
    handle: ({ context: { database }, message: { budget_policy_id = "" } }) => {
      database.transaction(() => deleteBudget(database, budget_policy_id));
      return {};
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/budgets/list",
    version,
    fields: { max_results: "int64", page_token: "string" },
    checks: { max_results: [isIntLike], page_token: [isString] },
    handle: ({ context: { database }, message: { max_results, page_token } }) => {
      const limit = Number(max_results || PAGE_SIZE);
      checkLimit(limit);
      const offset = decodeOffset(page_token);
      const found = listBudgets(database, limit, offset);
      return {
        budget_policies: listOrNone(found.slice(0, limit).map(wireBudget)),
        next_page_token: found.length > limit ? encodeOffset(offset + limit) : undefined,
      };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/gateway/budgets/windows",
    version,
    isHeavy: true,
    handle: ({ context: { database, clock } }) => {
      const nowMs = clock.nowMs();
      const windows = listBudgets(database, PAGE_SIZE - 1, 0).flatMap((policy) => {
        const window = windowAt(policy.durationUnit, policy.durationValue, nowMs);
        if (window === null) return [];
        return {
          budget_policy_id: policy.budgetPolicyId,
          window_start_ms: window.startMs,
          window_end_ms: window.endMs,
          current_spend: wireDouble(sumSpending(database, window)),
        };
      });
      return { windows: listOrNone(windows) };
    },
  }),
];

type RuleMessage = MessageOf<typeof RULE>;

/** What a request says of a policy; null where it says nothing. */
function readRule(request: RuleMessage): BudgetChanges {
  const { duration } = request;
  const unit = readName("budget_unit", request.budget_unit);
  const durationUnit =
    duration === undefined
      ? null
      : readName("duration.unit", duration.unit ?? "DURATION_UNIT_UNSPECIFIED");
  const durationValue = duration === undefined ? null : (duration.value ?? 0);
  if (durationValue !== null && durationValue <= 0) {
    throw invalidParameter(`duration.value must be a positive integer, got ${durationValue}`);
  }
  const amount = request.budget_amount ?? null;
  // SQLite keeps NaN as NULL, which an update reads as unchanged.
  if (Number.isNaN(amount)) throw invalidParameter("budget_amount must be a number, got NaN");
  return {
    unit,
    amount,
    durationUnit: durationUnit as BudgetRule["durationUnit"] | null,
    durationValue,
    targetScope: readName("target_scope", request.target_scope),
    action: readName("budget_action", request.budget_action),
  };
}

/** An enum's name; the unspecified one, which is 0 on the wire, is refused. */
function readName(field: string, name: string | undefined): string | null {
  if (name?.endsWith("_UNSPECIFIED")) throw invalidParameter(`Invalid ${field}: 0`);
  return name ?? null;
}

function checkLimit(limit: number): void {
  if (limit >= 1 && limit <= MAX_PAGE_SIZE) return;
  const rule = limit < 1 ? "a positive integer" : `at most ${MAX_PAGE_SIZE}`;
  throw invalidParameter(
    `Invalid value ${limit} for parameter 'max_results' supplied. It must be ${rule}`,
  );
}

function wireBudget(policy: BudgetPolicy) {
  return {
    budget_policy_id: policy.budgetPolicyId,
    budget_unit: policy.unit,
    budget_amount: wireDouble(policy.amount),
    duration: { unit: policy.durationUnit, value: policy.durationValue },
    target_scope: policy.targetScope,
    budget_action: policy.action,
    created_by: policy.createdBy ?? "",
    created_at: policy.createdAt,
    last_updated_by: policy.lastUpdatedBy ?? "",
    last_updated_at: policy.lastUpdatedAt,
  };
}
