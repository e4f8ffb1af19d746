# ruff: noqa: E501 - a table is read line by line
"""The routes of the stand-ins for Azure's services, as in route_tables.

Here "operator" has the service's key, and "viewer" a credential that is right elsewhere: for
another resource, of another policy, of a client. "forged" is signed with another key.
"""

from __future__ import annotations

from typing import Final

from tests.contract.route_tables import parse_table

# The kind of request (a query, a plan, a batch, changes) stands behind the path, after "#".
COSMOS: Final = parse_table("""
GET    /                          -                          401 401 401 401 200 403 403
POST   /dbs                       -                          401 401 401 401 400 403 403
POST   /dbs#query                 -                          401 401 401 401 400 403 403
GET    /dbs                       -                          401 401 401 401 200 403 403
GET    /dbs/*                     /dbs/d                     401 401 401 401 404 403 403
DELETE /dbs/*                     /dbs/d                     401 401 401 401 404 403 403
POST   /dbs/*/colls               /dbs/d/colls               401 401 401 401 400 403 403
POST   /dbs/*/colls#query         /dbs/d/colls#query         401 401 401 401 404 403 403
GET    /dbs/*/colls               /dbs/d/colls               401 401 401 401 404 403 403
GET    /dbs/*/colls/*             /dbs/d/colls/c             401 401 401 401 404 403 403
PUT    /dbs/*/colls/*             /dbs/d/colls/c             401 401 401 401 404 403 403
DELETE /dbs/*/colls/*             /dbs/d/colls/c             401 401 401 401 404 403 403
GET    /dbs/*/colls/*/pkranges    /dbs/d/colls/c/pkranges    401 401 401 401 404 403 403
GET    /dbs/*/colls/*/pkranges#changes /dbs/d/colls/c/pkranges#changes 401 401 401 401 404 403 403
POST   /dbs/*/colls/*/docs        /dbs/d/colls/c/docs        401 401 401 401 404 403 403
POST   /dbs/*/colls/*/docs#query  /dbs/d/colls/c/docs#query  401 401 401 401 404 403 403
POST   /dbs/*/colls/*/docs#plan   /dbs/d/colls/c/docs#plan   401 401 401 401 404 403 403
POST   /dbs/*/colls/*/docs#batch  /dbs/d/colls/c/docs#batch  401 401 401 401 404 403 403
GET    /dbs/*/colls/*/docs        /dbs/d/colls/c/docs        401 401 401 401 404 403 403
GET    /dbs/*/colls/*/docs#changes /dbs/d/colls/c/docs#changes 401 401 401 401 404 403 403
GET    /dbs/*/colls/*/docs/*      /dbs/d/colls/c/docs/i      401 401 401 401 404 403 403
PUT    /dbs/*/colls/*/docs/*      /dbs/d/colls/c/docs/i      401 401 401 401 404 403 403
PATCH  /dbs/*/colls/*/docs/*      /dbs/d/colls/c/docs/i      401 401 401 401 404 403 403
DELETE /dbs/*/colls/*/docs/*      /dbs/d/colls/c/docs/i      401 401 401 401 404 403 403
""")

WEB_PUB_SUB: Final = parse_table("""
POST   /api/hubs/{hub}/:send                        /api/hubs/h/:send                  401 401 401 401 202 403 403
POST   /api/hubs/{hub}/:closeConnections            /api/hubs/h/:closeConnections      401 401 401 401 204 403 403
POST   /api/hubs/{hub}/groups/{group}/:send         /api/hubs/h/groups/g/:send         401 401 401 401 202 403 403
POST   /api/hubs/{hub}/groups/{group}/:closeConnections /api/hubs/h/groups/g/:closeConnections 401 401 401 401 204 403 403
HEAD   /api/hubs/{hub}/groups/{group}               /api/hubs/h/groups/g               401 401 401 401 404 403 403
GET    /api/hubs/{hub}/groups/{group}/connections   /api/hubs/h/groups/g/connections   401 401 401 401 200 403 403
PUT    /api/hubs/{hub}/groups/{group}/connections/{connection} /api/hubs/h/groups/g/connections/c 401 401 401 401 404 403 403
DELETE /api/hubs/{hub}/groups/{group}/connections/{connection} /api/hubs/h/groups/g/connections/c 401 401 401 401 204 403 403
POST   /api/hubs/{hub}/users/{user}/:send           /api/hubs/h/users/u/:send          401 401 401 401 202 403 403
POST   /api/hubs/{hub}/users/{user}/:closeConnections /api/hubs/h/users/u/:closeConnections 401 401 401 401 204 403 403
HEAD   /api/hubs/{hub}/users/{user}                 /api/hubs/h/users/u                401 401 401 401 404 403 403
PUT    /api/hubs/{hub}/users/{user}/groups/{group}  /api/hubs/h/users/u/groups/g       401 401 401 401 200 403 403
DELETE /api/hubs/{hub}/users/{user}/groups/{group}  /api/hubs/h/users/u/groups/g       401 401 401 401 204 403 403
DELETE /api/hubs/{hub}/users/{user}/groups          /api/hubs/h/users/u/groups         401 401 401 401 204 403 403
POST   /api/hubs/{hub}/connections/{connection}/:send /api/hubs/h/connections/c/:send  401 401 401 401 404 403 403
HEAD   /api/hubs/{hub}/connections/{connection}     /api/hubs/h/connections/c          401 401 401 401 404 403 403
DELETE /api/hubs/{hub}/connections/{connection}     /api/hubs/h/connections/c          401 401 401 401 204 403 403
DELETE /api/hubs/{hub}/connections/{connection}/groups /api/hubs/h/connections/c/groups 401 401 401 401 204 403 403
PUT    /api/hubs/{hub}/permissions/{permission}/connections/{connection} /api/hubs/h/permissions/sendToGroup/connections/c 401 401 401 401 404 403 403
DELETE /api/hubs/{hub}/permissions/{permission}/connections/{connection} /api/hubs/h/permissions/sendToGroup/connections/c 401 401 401 401 404 403 403
HEAD   /api/hubs/{hub}/permissions/{permission}/connections/{connection} /api/hubs/h/permissions/sendToGroup/connections/c 401 401 401 401 404 403 403
POST   /api/hubs/{hub}/:generateToken               /api/hubs/h/:generateToken         401 401 401 401 200 403 403
GET    /client/hubs/{hub}                           /client/hubs/h                     401 401 401 101 401 403 403
*      /{path}                                      /elsewhere                         501 501 501 501 501 403 403
""")

# The key is in the items of the body, and no credential.
INSIGHTS: Final = parse_table("""
POST   /{version}/track                             /v2.1/track                        400 400 400 400 400 403 403
*      /{path}                                      /elsewhere                         501 501 501 501 501 403 403
""")

IOT_HUB: Final = parse_table("""
GET    /devices                         -                                 401 401 401 401 200 403 403
POST   /devices/query                   -                                 401 401 401 401 400 403 403
GET    /devices/ID                      /devices/d                        401 401 401 401 404 403 403
PUT    /devices/ID                      /devices/made                     401 401 401 401 200 403 403
DELETE /devices/ID                      /devices/d                        401 401 401 401 404 403 403
DELETE /devices/ID/commands             /devices/d/commands               401 401 401 401 404 403 403
POST   /devices/ID/messages/devicebound /devices/d/messages/devicebound   401 401 401 401 404 403 403
GET    /twins/ID                        /twins/d                          401 401 401 401 404 403 403
PATCH  /twins/ID                        /twins/d                          401 401 401 401 404 403 403
PUT    /twins/ID                        /twins/d                          401 401 401 401 404 403 403
POST   /twins/ID/methods                /twins/d/methods                  401 401 401 401 404 403 403
GET    /statistics/devices              -                                 401 401 401 401 200 403 403
GET    /statistics/service              -                                 401 401 401 401 200 403 403
""")

# Azurite has no list of its routes: an account, its parts, and what changes them.
BLOB: Final = parse_table("""
GET    /devstoreaccount1?comp=list                 - 403 403 403 403 200 403 403
PUT    /devstoreaccount1/box?restype=container     - 403 403 403 403 201 403 403
PUT    /devstoreaccount1/none/blob                 - 403 403 403 403 404 403 403
GET    /devstoreaccount1/none/blob                 - 403 403 403 403 404 403 403
DELETE /devstoreaccount1/none/blob                 - 403 403 403 403 404 403 403
""")
QUEUE: Final = parse_table("""
GET    /devstoreaccount1?comp=list                 - 403 403 403 403 200 403 403
PUT    /devstoreaccount1/line                      - 403 403 403 403 201 403 403
POST   /devstoreaccount1/none/messages             - 403 403 403 403 400 403 403
GET    /devstoreaccount1/none/messages             - 403 403 403 403 404 403 403
""")
TABLE: Final = parse_table("""
GET    /devstoreaccount1/Tables                    - 403 403 403 403 200 403 403
POST   /devstoreaccount1/Tables                    - 403 403 403 403 400 403 403
""")
