#!/bin/sh
# Brings into the deployed services what they need: the app, its models, the demo's devices; then sees
# one message through. May be repeated. Reads the outputs of infra/bicep/main.bicep from the environment.
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-.venv/bin/python}"

"$python" -m local.deployment --into .local/package
az functionapp deployment source config-zip \
    --resource-group "$AZURE_RESOURCE_GROUP" --name "$AZURE_FUNCTION_APP_NAME" \
    --src .local/package.zip --build-remote false --timeout 900
"$python" -m ml_model publish
"$python" -m device_sim provision
"$python" -m device_sim smoke --within 600
