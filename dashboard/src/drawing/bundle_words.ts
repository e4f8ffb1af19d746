/** A model bundle in figures and words. Pure. */
import type { BundleOverview } from "../messages/kinds.js";
import { percent, short, span } from "./format.js";

type Card = NonNullable<BundleOverview["card"]>;

/** What its evaluation and its training say; a dash for what they do not. */
export function listFigures({ metrics, rows, devices, command, targetPerDay, dataSha256 }: Card): [string, string][] {
  const share = (value: number | null | undefined): string => (value === null || value === undefined ? "–" : percent(value, 1));
  const delay = metrics?.medianDelayS ?? null;
  return [
    ["Faults found", metrics === null ? "–" : `${metrics.found ?? "–"} of ${metrics.faults ?? "–"}`],
    ["Recall", share(metrics?.recall)],
    ["Precision", share(metrics?.precision)],
    ["Found after, in the middle", delay === null ? "–" : span(delay * 1000)],
    ["False alerts a device and day", metrics === null ? "–"
      : `${short(metrics.falseAlertsPerDeviceDay)} over ${short(metrics.deviceDays)} device-days`],
    ["Calibrated for", targetPerDay === null ? "–" : `${targetPerDay} false alerts a device and day`],
    ["Trained on", `${rows ?? "–"} readings of ${devices ?? "–"} devices`],
    ["Made by", command ?? "–"],
    ["Training data", dataSha256 === null ? "–" : `SHA-256 ${dataSha256.slice(0, 12)}…`],
  ];
}

/** What a published version is to the system now. */
export function describeUse(version: string, { card, previous, rolledBack }: BundleOverview): string {
  const uses: readonly (readonly [string | null | undefined, string])[] = [
    [card?.version, "active"], [previous, "scored before; a roll-back takes it"], [rolledBack, "left by a roll-back"],
  ];
  return uses.filter(([each]) => each === version).map(([, use]) => use).join(", ");
}
