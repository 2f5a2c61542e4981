-- Support desk (NDJSON).
CREATE TABLE IF NOT EXISTS bronze.support_tickets (
  ticket_id STRING,
  customer_id BIGINT,
  category STRING,
  severity STRING,
  opened_at STRING,
  resolution_hours DOUBLE,
  source_file STRING,
  loaded_at TIMESTAMP,
  batch_id STRING
) COMMENT 'Support tickets, raw';

COPY INTO bronze.support_tickets
FROM (
  SELECT
    ticket_id, customer_id, category, severity, opened_at, resolution_hours,
    _metadata.file_path AS source_file,
    current_timestamp() AS loaded_at,
    :batch_id AS batch_id
  FROM :landing '/support_tickets'
)
FILEFORMAT = JSON;
