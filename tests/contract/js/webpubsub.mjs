// @ts-check
// Drives the official Web PubSub client for tests/contract/test_webpubsub_node.py.
//
// Usage: node webpubsub.mjs CLIENT_URL. Prints one JSON line for each thing that happens and
// carries out one JSON command a line from standard input, answering each in order.
import { createInterface } from "node:readline";

// By path, because the packages are not in a folder above this one.
import {
  SendMessageError,
  WebPubSubClient,
} from "../../../local/node_modules/@azure/web-pubsub-client/dist/esm/index.js";

/** @typedef {import("../../../local/node_modules/@azure/web-pubsub-client/dist/esm/index.js").JSONTypes} JSONTypes */
/** @typedef {{do: "join" | "send" | "event" | "stop", group?: string, data?: unknown}} Command */

const url = process.argv[2];
if (url === undefined) {
  throw new Error("usage: node webpubsub.mjs CLIENT_URL");
}
const client = new WebPubSubClient(
  { getClientAccessUrl: url },
  { messageRetryOptions: { maxRetries: 0 }, reconnectRetryOptions: { retryDelayInMs: 100 } },
);

client.on("connected", (event) => tell({ event: "connected", connectionId: event.connectionId }));
client.on("disconnected", (event) => tell({ event: "disconnected", why: event.message?.message }));
const stopped = new Promise((resolve) => client.on("stopped", resolve));
client.on("group-message", ({ message }) => {
  const { group, data, dataType, fromUserId, sequenceId } = message;
  tell({ event: "group", group, data, dataType, fromUserId, sequenceId });
});
client.on("server-message", ({ message }) => {
  tell({ event: "server", data: message.data, dataType: message.dataType });
});

await client.start();
for await (const line of createInterface({ input: process.stdin })) {
  const command = /** @type {Command} */ (JSON.parse(line));
  tell({ event: "answer", ...(await carryOut(command)) });
  if (command.do === "stop") {
    break;
  }
}
await stopped;
process.exit(0); // the client's keep-alive timers outlive its stop by up to 40 s

/**
 * @param {Command} command
 * @returns {Promise<{ok: boolean, error?: string | undefined}>}
 */
async function carryOut(command) {
  const group = command.group ?? "";
  const data = /** @type {JSONTypes} */ (command.data ?? null);
  try {
    switch (command.do) {
      case "join":
        await client.joinGroup(group);
        break;
      case "send":
        await client.sendToGroup(group, data, "json", { noEcho: true });
        break;
      case "event":
        await client.sendEvent("hello", data, "json");
        break;
      case "stop":
        client.stop();
        break;
    }
    return { ok: true };
  } catch (error) {
    const detail = error instanceof SendMessageError ? error.errorDetail : undefined;
    return { ok: false, error: detail?.name ?? String(error) };
  }
}

/** @param {object} fact */
function tell(fact) {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
}
