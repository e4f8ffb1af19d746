// @ts-check
/**
 * The hub's own certificate authority, made once, and the server certificate it signs.
 *
 * Clients are given `ca.pem`; it must outlive restarts, so nothing but the server's own
 * certificate is ever made again. Key identifiers are set because Python 3.13 and newer refuse
 * certificates without them.
 */

import { webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
const SERVER_DAYS = 365;
const RENEW_BEFORE_DAYS = 30;

/** @typedef {import('node:crypto').webcrypto.CryptoKey} CryptoKey */
/** @typedef {import('node:crypto').webcrypto.CryptoKeyPair} CryptoKeyPair */

x509.cryptoProvider.set(/** @type {any} */ (webcrypto));

/**
 * @typedef {object} ServerIdentity
 * @property {string} caPath
 * @property {string} key PEM
 * @property {string} cert PEM: the server's certificate, then the authority's
 */

/**
 * @param {string} folder
 * @param {import('../../../listening/hosts.js').Hosts} hosts
 * @returns {Promise<ServerIdentity>}
 */
export async function serverIdentity(folder, hosts) {
  mkdirSync(folder, { recursive: true });
  const path = (/** @type {string} */ name) => join(folder, name);
  if (!existsSync(path('ca.pem'))) {
    const ca = await makeAuthority();
    write(path('ca-key.pem'), ca.key);
    write(path('ca.pem'), ca.cert);
  }
  const caPem = readFileSync(path('ca.pem'), 'utf8');
  if (!isStillGood(path('server.pem'), caPem, hosts)) {
    const server = await makeServer(caPem, readFileSync(path('ca-key.pem'), 'utf8'), hosts);
    write(path('server-key.pem'), server.key);
    write(path('server.pem'), server.cert);
  }
  return {
    caPath: path('ca.pem'),
    key: readFileSync(path('server-key.pem'), 'utf8'),
    cert: readFileSync(path('server.pem'), 'utf8') + caPem,
  };
}

/**
 * @param {string} path
 * @param {string} caPem
 * @param {import('../../../listening/hosts.js').Hosts} hosts
 */
function isStillGood(path, caPem, hosts) {
  if (!existsSync(path)) return false;
  const server = new X509Certificate(readFileSync(path));
  const lasts = Date.parse(server.validTo) > Date.now() + RENEW_BEFORE_DAYS * DAY_MS;
  const named = hosts.alternativeNames.every(({ type, value }) =>
    type === 'ip' ? server.checkIP(value) : server.checkHost(value),
  );
  return lasts && named && server.verify(new X509Certificate(caPem).publicKey);
}

async function makeAuthority() {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Tocsin local IoT Hub authority',
    ...validFor(CA_DAYS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: await privatePem(keys.privateKey), cert: `${certificate.toString('pem')}\n` };
}

/**
 * @param {string} caPem
 * @param {string} caKeyPem
 * @param {import('../../../listening/hosts.js').Hosts} hosts
 */
async function makeServer(caPem, caKeyPem, hosts) {
  const ca = new x509.X509Certificate(caPem);
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=localhost',
    issuer: ca.subject,
    ...validFor(SERVER_DAYS),
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey(
      'pkcs8',
      x509.PemConverter.decodeFirst(caKeyPem),
      ALGORITHM,
      false,
      ['sign'],
    ),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.alternativeNames),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
    ],
  });
  return { key: await privatePem(keys.privateKey), cert: `${certificate.toString('pem')}\n` };
}

function newKeys() {
  return /** @type {Promise<CryptoKeyPair>} */ (
    webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  );
}

/** @param {CryptoKey} key */
async function privatePem(key) {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}

/** @param {number} days */
function validFor(days) {
  // An hour back, so that a clock slightly behind does not refuse a fresh certificate.
  const notBefore = new Date(Date.now() - 3_600_000);
  return { notBefore, notAfter: new Date(notBefore.getTime() + days * DAY_MS) };
}

/**
 * Written whole or not at all, and readable by its owner only.
 *
 * @param {string} path
 * @param {string} text
 */
function write(path, text) {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
