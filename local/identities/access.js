// @ts-check
/** May this identity do that? The same answers as access.py, for stand-ins in JavaScript. */

import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ISSUER = 'https://sts.windows.net/00000000-0000-0000-0000-00000000cafe/';
const MOST_REMEMBERED = 200;

/** @typedef {{ who: string, role: string, on: string }} Grant */
/** @typedef {{ iss: string, aud: string, exp: number, nbf: number, name: string }} Claims */

/** The token is missing, forged, expired or meant for another service. */
export class UnknownCallerError extends Error {}

/** The caller is known and lacks a role; the text names the roles that would do. */
export class ForbiddenError extends Error {}

/** @type {Map<string, string[]>} by the name of a role the actions it allows */
const roles = new Map(
  Object.entries(JSON.parse(readFileSync(new URL('roles.json', import.meta.url), 'utf8'))).map(
    ([name, role]) => [name, role.allows],
  ),
);

export class Access {
  /** @type {Map<string, Claims>} tokens whose signature was checked */
  #known = new Map();
  /** @type {Grant[]} */
  #grants = [];
  #readAt = '';

  /**
   * @param {string} folder of the public key and the grants of the run
   * @param {string} audience the name by which tokens mean the service that asks
   */
  constructor(folder, audience) {
    this.key = createPublicKey(readFileSync(join(folder, 'public.pem')));
    this.path = join(folder, 'grants.json');
    this.audience = audience;
  }

  /**
   * @param {string} token
   * @param {string} action
   * @param {string} resource
   * @returns {Claims} of the caller who may
   * @throws {UnknownCallerError | ForbiddenError}
   */
  check(token, action, resource) {
    const claims = this.readCaller(token);
    this.checkRole(claims.name, action, resource);
    return claims;
  }

  /**
   * @param {string} token
   * @throws {UnknownCallerError}
   */
  readCaller(token) {
    const claims = this.#known.get(token) ?? this.#verify(token);
    const now = Date.now() / 1000;
    if (claims.exp <= now) throw new UnknownCallerError('the token has expired');
    if (claims.aud.replace(/\/+$/, '') !== this.audience) {
      throw new UnknownCallerError(`the token is for ${claims.aud}, not for ${this.audience}`);
    }
    return claims;
  }

  /**
   * @param {string} who
   * @param {string} action
   * @param {string} resource
   * @throws {ForbiddenError}
   */
  checkRole(who, action, resource) {
    this.#readAnew();
    const may = this.#grants.some(
      (grant) =>
        grant.who === who &&
        isWithin(resource, grant.on) &&
        allows(roles.get(grant.role) ?? [], action),
    );
    if (!may) throw new ForbiddenError(explainRefusal(who, action, resource));
  }

  #readAnew() {
    const { mtimeMs, ino } = statSync(this.path);
    const stamp = `${mtimeMs} ${ino}`;
    if (stamp === this.#readAt) return;
    this.#grants = JSON.parse(readFileSync(this.path, 'utf8'));
    this.#readAt = stamp;
  }

  /** @param {string} token */
  #verify(token) {
    const claims = decode(token, this.key);
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(token, claims);
    return claims;
  }
}

/**
 * @param {string | undefined} authorization the header
 * @throws {UnknownCallerError}
 */
export function readBearer(authorization) {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token !== undefined) return token;
  throw new UnknownCallerError('keys are off: the Authorization header must hold a bearer token');
}

/**
 * @param {string} token
 * @param {import('node:crypto').KeyObject} key
 * @returns {Claims}
 */
function decode(token, key) {
  const [head, body, signature] = token.split('.');
  let claims;
  try {
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString());
    claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const signed = Buffer.from(`${head}.${body}`);
    const isGenuine =
      alg === 'RS256' && verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'));
    if (!isGenuine) throw new UnknownCallerError('the token is refused: its signature is wrong');
  } catch (error) {
    if (error instanceof UnknownCallerError) throw error;
    throw new UnknownCallerError('the token is refused: it is no token');
  }
  const isWhole =
    typeof claims.exp === 'number' &&
    typeof claims.aud === 'string' &&
    typeof claims.name === 'string';
  if (!isWhole || claims.iss !== ISSUER) {
    throw new UnknownCallerError('the token is refused: it is not from the identity endpoint');
  }
  return claims;
}

/**
 * @param {string} resource
 * @param {string} scope
 */
function isWithin(resource, scope) {
  return scope === '' || `${resource}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase());
}

/**
 * @param {string[]} allowed
 * @param {string} action
 */
function allows(allowed, action) {
  return allowed.some((entry) =>
    entry.endsWith('*') ? action.startsWith(entry.slice(0, -1)) : action === entry,
  );
}

/**
 * @param {string} who
 * @param {string} action
 * @param {string} resource
 */
function explainRefusal(who, action, resource) {
  const fit = [...roles].filter(([, allowed]) => allows(allowed, action)).map(([name]) => name);
  return `${who} needs the role ${fit.join(' or ')} on ${resource}, to ${action}`;
}
