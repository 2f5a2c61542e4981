/** The metadata store. Read `store.ts` first, then `migrate.ts`; each capability keeps its SQL. */
export { type AuditEntry, type AuditRecord, listAudit, recordAudit } from "./audit.ts";
export { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
export type { Migration } from "./migrate.ts";
export { isBusy, isConstraintViolation, isTooMuch, isUniqueViolation } from "./sqlite.ts";
export {
  openStore,
  type SqlParameters,
  type SqlValue,
  type Store,
  type StoreOptions,
} from "./store.ts";
