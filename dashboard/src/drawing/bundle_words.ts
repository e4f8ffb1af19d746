/** A model bundle in figures and words. Pure. */
import type { BundleOverview } from "../messages/kinds.js";
import { percent, short, span } from "./format.js";

type Card = NonNullable<BundleOverview["card"]>;

type Metrics = NonNullable<Card["metrics"]>;
type Figure = readonly [title: string, text: string];

const NONE = "–";

/** What its evaluation and its training say; a dash for what they do not. */
export function listFigures({ metrics, rows, devices, command, targetPerDay, dataSha256 }: Card): Figure[] {
  return [
    ...(metrics === null ? [["Evaluation", NONE] as const] : listEvaluation(metrics)),
    ["Calibrated for", targetPerDay === null ? NONE : `${targetPerDay} false alerts a device and day`],
    ["Trained on", `${rows?.toLocaleString("en-GB") ?? NONE} readings of ${devices ?? NONE} devices`],
    ["Made by", command ?? NONE],
    ["Training data", dataSha256 === null ? NONE : `SHA-256 ${dataSha256.slice(0, 12)}…`],
  ];
}

function listEvaluation(metrics: Metrics): Figure[] {
  const { faults, found, recall, precision, medianDelayS, falseAlertsPerDeviceDay, deviceDays } = metrics;
  const share = (value: number | null): string => (value === null ? NONE : percent(value, 1));
  return [
    ["Faults found", `${found ?? NONE} of ${faults ?? NONE}`],
    ["Recall", share(recall)],
    ["Precision", share(precision)],
    ["Found after, in the middle", medianDelayS === null ? NONE : span(medianDelayS * 1000)],
    ["False alerts a device and day", `${short(falseAlertsPerDeviceDay)} over ${short(deviceDays)} device-days`],
  ];
}

/** What a published version is to the system now. */
export function describeUse(version: string, { card, previous, rolledBack }: BundleOverview): string {
  const uses: readonly (readonly [string | null | undefined, string])[] = [
    [card?.version, "active"], [previous, "scored before; a roll-back takes it"], [rolledBack, "left by a roll-back"],
  ];
  return uses.filter(([each]) => each === version).map(([, use]) => use).join(", ");
}

type Published = BundleOverview["published"][number];

/** What the last comparison said of a version. */
export function describeVerdict({ verdict }: Published): string {
  if (verdict === null) {
    return "never compared";
  }
  const { fit, reasons, active, deviceDays } = verdict;
  const against = `held against ${active} on ${short(deviceDays)} device-days`;
  return fit ? `fit, ${against}` : `not fit, ${against}: ${reasons.join("; ")}`;
}

/** The command that makes a version the one that scores; null for the one that does. */
export function writeCommand({ version, verdict }: Published, { profile, card, previous }: BundleOverview): string | null {
  if (version === card?.version) {
    return null;
  }
  if (version === previous) {
    return `python -m ml_model rollback --profile ${profile}`;
  }
  const force = verdict?.fit === false ? ' --force "why it is right all the same"' : "";
  return `python -m ml_model promote --profile ${profile} --version ${version}${force}`;
}
