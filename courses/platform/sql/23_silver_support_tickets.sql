-- Support tickets of known customers.
CREATE TABLE IF NOT EXISTS silver.support_tickets (
  ticket_id STRING NOT NULL,
  customer_id BIGINT NOT NULL,
  category STRING,
  severity STRING,
  opened_at TIMESTAMP NOT NULL,
  resolution_hours DOUBLE COMMENT 'null: still open',
  loaded_at TIMESTAMP
) COMMENT 'Support tickets';

MERGE INTO silver.support_tickets AS t
USING (
  SELECT
    b.ticket_id,
    b.customer_id,
    lower(b.category) AS category,
    lower(b.severity) AS severity,
    CAST(b.opened_at AS TIMESTAMP) AS opened_at,
    b.resolution_hours,
    b.loaded_at
  FROM bronze.support_tickets AS b
  LEFT SEMI JOIN silver.customers AS c ON b.customer_id = c.customer_id
  WHERE b.ticket_id IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY b.ticket_id ORDER BY b.loaded_at DESC) = 1
) AS s
ON t.ticket_id = s.ticket_id
WHEN NOT MATCHED THEN INSERT *;
