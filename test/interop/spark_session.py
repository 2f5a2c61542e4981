"""A Spark session with delta-spark, for the programs beside this one."""

import glob
import os
import tempfile

os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

from pyspark.sql import SparkSession

# The rest of what Maven brings is in PySpark already.
JARS = [
    jar
    for name in ("delta-*", "unitycatalog-*", "jts-core-*")
    for jar in sorted(glob.glob(os.path.join(os.environ["SOVEREIGN_PEER_JARS"], f"{name}.jar")))
]

SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1500m",
    # One compiler reserves 48 MB for code by itself, which thousands of generated classes overflow.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    " -XX:ReservedCodeCacheSize=256m",
    "spark.sql.codegen.cache.maxEntries": "10000",
    "spark.jars": ",".join(JARS),
    "spark.log.level": "OFF",
    # Thousands of tasks to list a folder, and compiled code, pay for large tables only.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.warehouse.dir": tempfile.mkdtemp(prefix="spark-warehouse-"),
    "spark.ui.enabled": "false",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.ui.retainedJobs": "10",
    "spark.ui.retainedStages": "10",
}


def start():
    builder = SparkSession.builder.master("local[2]")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


SPARK = start()
