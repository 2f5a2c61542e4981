-- Shop events (NDJSON, one file per month). `promo_code` is not declared: the shop began to send it
-- half-way, and the table takes it up by itself.
CREATE TABLE IF NOT EXISTS bronze.transactions (
  transaction_id STRING,
  customer_id BIGINT,
  product_id BIGINT,
  quantity BIGINT,
  unit_price DOUBLE,
  discount DOUBLE,
  channel STRING,
  transaction_ts STRING,
  source_file STRING,
  loaded_at TIMESTAMP,
  batch_id STRING
) COMMENT 'Shop transactions, raw';

COPY INTO bronze.transactions
FROM (
  SELECT
    *,
    _metadata.file_path AS source_file,
    current_timestamp() AS loaded_at,
    :batch_id AS batch_id
  FROM :landing '/transactions'
)
FILEFORMAT = JSON
FORMAT_OPTIONS ('mergeSchema' = 'true')
COPY_OPTIONS ('mergeSchema' = 'true');
