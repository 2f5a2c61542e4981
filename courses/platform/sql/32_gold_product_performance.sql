-- What each product brings in, and its place in its category.
CREATE OR REPLACE TABLE gold.product_performance
COMMENT 'Sales and margin per product'
AS
WITH sales AS (
  SELECT
    product_id,
    count(*) AS order_count,
    count(DISTINCT customer_id) AS customer_count,
    sum(quantity) AS unit_count,
    sum(amount) AS revenue
  FROM silver.transactions
  GROUP BY product_id
)
SELECT
  p.product_id,
  p.name,
  p.category,
  p.brand,
  p.price,
  coalesce(s.order_count, 0) AS order_count,
  coalesce(s.customer_count, 0) AS customer_count,
  coalesce(s.unit_count, 0) AS unit_count,
  coalesce(s.revenue, 0) AS revenue,
  coalesce(s.revenue - p.cost * s.unit_count, 0) AS margin,
  rank() OVER (PARTITION BY p.category ORDER BY coalesce(s.revenue, 0) DESC) AS category_rank
FROM silver.products AS p
LEFT JOIN sales AS s ON p.product_id = s.product_id;
