// Makes src/generated of api.json: the types, and a compiled check of each answer and message.
// Compiled here, because the page's content policy lets no code be made of text.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import Ajv from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import openapiTypes, { astToString } from 'openapi-typescript';

const folder = new URL('../src/generated/', import.meta.url);
const api = JSON.parse(await readFile(new URL('../api.json', import.meta.url), 'utf8'));

/** What the page reads: each gets a check with the name of its record. */
const READ = [
  'AlertMessage', 'IncidentMessage', 'LimitsMessage', 'OptimiserMessage', 'OverridesMessage',
  'PlanMessage', 'StandingMessage', 'TasksMessage', 'TelemetryMessage', 'AccessShown', 'AlertTargetsShown', 'AlertsShown', 'DeliveriesShown', 'DeviceLimitsShown', 'DeviceShown',
  'DetectedShown',
  'DevicesShown', 'FeedbackShown', 'IncidentShown', 'IncidentsShown', 'LatestShown', 'LimitTrialShown', 'LimitsOfSiteShown',
  'MeShown',
  'Negotiated', 'OptimiserShown', 'OverridesShown', 'PerformanceShown', 'PlacesShown', 'PlanShown', 'PlansShown',
  'ProfilesShown', 'ReadingsShown', 'RulePreviewShown', 'RuleRemoved', 'RuleShown', 'RulesShown', 'RunRequested', 'BundlesShown', 'TargetTrialShown', 'SwitchShown',
  'TasksShown', 'TrialOfRule', 'TrialShown', 'VerdictShown', 'WindowRemoved',
  'WindowShown', 'WindowsShown',
];

/** A newer API may say more than this page knows; what it knows must be as described. */
function allowMore(part) {
  if (Array.isArray(part)) return part.map(allowMore);
  if (part === null || typeof part !== 'object') return part;
  const entries = Object.entries(part)
    .filter(([name, value]) => !(name === 'additionalProperties' && value === false))
    .filter(([name]) => name !== 'default' && name !== 'title' && name !== 'description')
    .map(([name, value]) => [name, name === 'properties'
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, allowMore(each)]))
      : allowMore(value)]);
  return Object.fromEntries(entries);
}

const ajv = new Ajv({ code: { source: true, esm: true }, strict: false, inlineRefs: false, messages: false });
const schemas = Object.fromEntries(
  Object.entries(api.components.schemas).map(([name, schema]) => [name, allowMore(schema)]),
);
ajv.addSchema({ $id: 'api', components: { schemas } });
const exported = {};
for (const name of READ) {
  if (!(name in schemas)) throw new Error(`api.json has no ${name}`);
  ajv.addSchema({ $id: name, $ref: `api#/components/schemas/${name}` });
  exported[`check${name}`] = name;
}
const checks = standalone(ajv, exported);
if (/\brequire\(/.test(checks)) throw new Error('a check needs a module at run time');
const declared = READ.map((name) => (
  `export declare const check${name}: Check<components["schemas"]["${name}"]>;`
));
await mkdir(folder, { recursive: true });
await writeFile(new URL('api.d.ts', folder), astToString(await openapiTypes(api)));
await writeFile(new URL('checks.js', folder), checks);
await writeFile(new URL('checks.d.ts', folder), [
  'import type { components } from "./api.js";',
  'export interface Check<T> { (value: unknown): value is T; errors?: Fault[] | null }',
  'export interface Fault { instancePath: string; keyword: string }',
  ...declared, '',
].join('\n'));
