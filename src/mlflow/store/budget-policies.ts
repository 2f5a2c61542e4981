/** Budgets of the gateway: `budget_policies`, and what its calls cost by their traces. */
import { newHexId } from "../../core/ids.ts";
import type { Database } from "../../core/store/index.ts";
import type { BudgetWindow, DurationUnit } from "../gateway/budget-window.ts";
import { requireOne } from "./gateway.ts";

/** What a policy says. */
export interface BudgetRule {
  readonly unit: string;
  readonly amount: number;
  readonly durationUnit: DurationUnit;
  readonly durationValue: number;
  readonly targetScope: string;
  readonly action: string;
}

export interface BudgetPolicy extends BudgetRule {
  readonly budgetPolicyId: string;
  readonly createdBy: string | null;
  readonly createdAt: number;
  readonly lastUpdatedBy: string | null;
  readonly lastUpdatedAt: number;
}

const SELECT = `SELECT budget_policy_id AS budgetPolicyId, budget_unit AS unit,
    budget_amount AS amount, duration_unit AS durationUnit, duration_value AS durationValue,
    target_scope AS targetScope, budget_action AS action, created_by AS createdBy,
    created_at AS createdAt, last_updated_by AS lastUpdatedBy, last_updated_at AS lastUpdatedAt
  FROM budget_policies`;

/** Adds a policy. */
export function createBudget(
  database: Database,
  rule: BudgetRule,
  createdBy: string | null,
  nowMs: number,
): BudgetPolicy {
  const id = `bp-${newHexId()}`;
  database.run(
    `INSERT INTO budget_policies (budget_policy_id, budget_unit, budget_amount, duration_unit,
       duration_value, target_scope, budget_action, created_by, last_updated_by, created_at,
       last_updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[id, rule.unit, rule.amount, rule.durationUnit, rule.durationValue, rule.targetScope],
      ...[rule.action, createdBy, createdBy, nowMs, nowMs],
    ],
  );
  return getBudget(database, id);
}

/** The policy of an id. */
export function getBudget(database: Database, budgetPolicyId: string): BudgetPolicy {
  const found = database.all<BudgetPolicy>(`${SELECT} WHERE budget_policy_id = ?`, [
    budgetPolicyId,
  ]);
  return requireOne(found, "BudgetPolicy", { budgetPolicyId });
}

/** What changes in a policy: null leaves it as it is. */
export type BudgetChanges = { readonly [Key in keyof BudgetRule]: BudgetRule[Key] | null };

/** Changes a policy. */
export function updateBudget(
  database: Database,
  id: string,
  update: { changes: BudgetChanges; by: string | null },
  nowMs: number,
): BudgetPolicy {
  const { changes, by } = update;
  const { unit, amount, durationUnit, durationValue, targetScope, action } = changes;
  getBudget(database, id);
  database.run(
    `UPDATE budget_policies SET budget_unit = COALESCE(?, budget_unit),
       budget_amount = COALESCE(?, budget_amount), duration_unit = COALESCE(?, duration_unit),
       duration_value = COALESCE(?, duration_value), target_scope = COALESCE(?, target_scope),
       budget_action = COALESCE(?, budget_action), last_updated_by = COALESCE(?, last_updated_by),
       last_updated_at = ? WHERE budget_policy_id = ?`,
    [unit, amount, durationUnit, durationValue, targetScope, action, by, nowMs, id],
  );
  return getBudget(database, id);
}

/** Deletes a policy. */
export function deleteBudget(database: Database, id: string): void {
  getBudget(database, id);
  database.run("DELETE FROM budget_policies WHERE budget_policy_id = ?", [id]);
}

/** A page of policies by id; one more than `limit` when there is a next page. */
export function listBudgets(database: Database, limit: number, offset: number): BudgetPolicy[] {
  const order = "ORDER BY budget_policy_id LIMIT ? OFFSET ?";
  return database.all<BudgetPolicy>(`${SELECT} ${order}`, [limit + 1, offset]);
}

/** What the calls of the gateway that started in `window` cost, in US dollars. */
export function sumSpending(database: Database, window: BudgetWindow): number {
  const row = database.get<{ total: number }>(
    `SELECT COALESCE(SUM(m.value), 0.0) AS total
       FROM trace_info t JOIN span_metrics m ON m.trace_id = t.request_id
      WHERE m.key = 'total_cost' AND t.timestamp_ms >= ? AND t.timestamp_ms < ?
        AND EXISTS (SELECT 1 FROM trace_request_metadata d
          WHERE d.request_id = t.request_id AND d.key = 'mlflow.gateway.endpointId')`,
    [window.startMs, window.endMs],
  );
  return row?.total ?? 0;
}
