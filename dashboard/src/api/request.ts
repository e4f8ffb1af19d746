/** A request to the API: within a time, and its answer checked before it is believed. */
import type { Check } from "../generated/checks.js";
import { describeFault, isRecord } from "../messages/parse.js";

const WITHIN_MS = 15_000;
/** An answer that never came may have been lost on the way: reading again harms nobody. */
const READ_TRIES = 3;
const WAIT_MS = 400;

/** Why a request was not served, in the words of the API. */
export class ApiError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export async function read<T>(path: string, query: Query, check: Check<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask(path, query, {}, check);
    } catch (error) {
      const again = !(error instanceof ApiError) || error.status >= 502;
      if (!again || attempt === READ_TRIES) {
        throw error;
      }
      await new Promise((resolve) => { setTimeout(resolve, WAIT_MS * attempt); });
    }
  }
}

export interface Terms {
  /** The revision that a change is meant for; without it, whatever is in force. */
  readonly revision?: number;
  /** How long the answer may take. */
  readonly withinMs?: number;
}

/** body: undefined for a request that has none. */
export async function send<T>(
  method: string, path: string, query: Query, body: object | undefined, check: Check<T>,
  { revision, withinMs = WITHIN_MS }: Terms = {},
): Promise<T> {
  const mark: Record<string, string> = revision === undefined ? {} : { "If-Match": `"${revision}"` };
  const request = body === undefined
    ? { method, headers: mark }
    : { method, headers: { "Content-Type": "application/json", ...mark }, body: JSON.stringify(body) };
  return await ask(path, query, { ...request, signal: AbortSignal.timeout(withinMs) }, check);
}

async function ask<T>(
  path: string, query: Query, request: RequestInit, check: Check<T>,
): Promise<T> {
  const given = Object.entries(query).flatMap(([name, value]) => (
    value === undefined || value === "" ? [] : [[name, String(value)]]
  ));
  const parameters = new URLSearchParams(given).toString();
  const url = `/api/${path}${parameters === "" ? "" : `?${parameters}`}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS), ...request });
  if (!answer.ok) {
    throw new ApiError(await explain(answer, path), answer.status);
  }
  const content: unknown = await answer.json();
  if (!check(content)) {
    throw new ApiError(`/api/${path} answered what this page does not understand: `
      + `${describeFault(check.errors)}; load the page again`, 0);
  }
  return content;
}

async function explain(answer: Response, path: string): Promise<string> {
  const problem: unknown = await answer.json().catch(() => null);
  const detail = isRecord(problem) && typeof problem["detail"] === "string" ? problem["detail"] : "";
  if (answer.status === 401) {
    return "you are not signed in as someone who may see this";
  }
  return detail || `/api/${path} answered ${answer.status}`;
}

export function wordsOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return "no answer in time";
  }
  return error instanceof Error ? error.message : String(error);
}
