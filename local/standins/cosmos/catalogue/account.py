"""The account itself: what an SDK reads first."""

from __future__ import annotations

import orjson

from local.standins.cosmos.context import Context
from local.standins.cosmos.wire import Call, Reply


def read_account(context: Context, call: Call) -> Reply:
    """One region, reached by the very host name that the client used."""
    host = call.header("host") or "localhost"
    region = [{"name": "Local", "databaseAccountEndpoint": f"{context.scheme}://{host}/"}]
    account = {
        "id": "local",
        "_rid": "local",
        "_self": "",
        "_dbs": "//dbs/",
        "media": "//media/",
        "addresses": "//addresses/",
        "writableLocations": region,
        "readableLocations": region,
        "enableMultipleWriteLocations": False,
        "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
        "userReplicationPolicy": {
            "asyncReplication": False, "minReplicaSetSize": 1, "maxReplicasetSize": 1,
        },
        "systemReplicationPolicy": {"minReplicaSetSize": 1, "maxReplicasetSize": 1},
        "readPolicy": {"primaryReadCoefficient": 1, "secondaryReadCoefficient": 1},
        "queryEngineConfiguration": QUERY_ENGINE,
    }  # fmt: skip
    return Reply(200, orjson.dumps(account))


# Clients read limits out of this text; the names are those of the service.
QUERY_ENGINE = orjson.dumps(
    {
        "maxSqlQueryInputLength": 262144,
        "maxJoinsPerSqlQuery": 5,
        "maxLogicalAndPerSqlQuery": 500,
        "maxLogicalOrPerSqlQuery": 500,
        "maxUdfRefPerSqlQuery": 10,
        "maxInExpressionItemsCount": 16000,
        "queryMaxInMemorySortDocumentCount": 500,
        "maxQueryRequestTimeoutFraction": 0.9,
        "sqlAllowNonFiniteNumbers": False,
        "sqlAllowAggregateFunctions": True,
        "sqlAllowSubQuery": True,
        "sqlAllowScalarSubQuery": True,
        "allowNewKeywords": True,
        "sqlAllowLike": True,
        "sqlAllowGroupByClause": True,
        "maxSpatialQueryCells": 12,
        "spatialMaxGeometryPointCount": 256,
        "sqlDisableOptimizationFlags": 0,
        "sqlAllowTop": True,
        "enableSpatialIndexing": False,
    }
).decode()
