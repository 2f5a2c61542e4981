-- Product catalogue (Parquet).
CREATE TABLE IF NOT EXISTS bronze.products (
  product_id INT,
  name STRING,
  category STRING,
  brand STRING,
  cost DOUBLE,
  price DOUBLE,
  launched_on DATE,
  source_file STRING,
  loaded_at TIMESTAMP,
  batch_id STRING
) COMMENT 'Product catalogue, raw';

COPY INTO bronze.products
FROM (
  SELECT
    product_id, name, category, brand, cost, price, launched_on,
    _metadata.file_path AS source_file,
    current_timestamp() AS loaded_at,
    :batch_id AS batch_id
  FROM :landing '/products'
)
FILEFORMAT = PARQUET;
