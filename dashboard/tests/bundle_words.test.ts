import { expect, test } from "vitest";
import { describeUse, describeVerdict, listFigures, writeCommand } from "../src/drawing/bundle_words.js";
import type { BundleOverview } from "../src/messages/kinds.js";

const CARD: NonNullable<BundleOverview["card"]> = {
  version: "2-b", rows: 2_000, devices: 24, command: "make train PROFILE=rig", dataSha256: "ab".repeat(32), targetPerDay: 0.5,
  metrics: {
    faults: 177, found: 175, precision: 0.9887, recall: 0.9, medianDelayS: 5, falseAlertsPerDeviceDay: 0.25, deviceDays: 8, kinds: {},
  },
};
const OVERVIEW: BundleOverview = {
  profile: "rig", card: CARD, refused: null, previous: "1-a", rolledBack: "3-c", published: [], cut: false,
};

test("a bundle is told in figures with their units", () => {
  const figures = Object.fromEntries(listFigures(CARD));
  expect(figures["Faults found"]).toBe("175 of 177");
  expect(figures["Recall"]).toBe("90.0\u202f%");
  expect(figures["Found after, in the middle"]).toBe("5\u202fs");
  expect(figures["False alerts a device and day"]).toBe("0.250 over 8.00 device-days");
});

test("what a bundle does not say is a dash, and no 0", () => {
  const figures = listFigures({ ...CARD, rows: null, devices: null, command: null, dataSha256: null, targetPerDay: null, metrics: null });
  expect(figures.map(([, text]) => text)).toEqual(["–", "–", "– readings of – devices", "–", "–"]);
});

test("each version says what it is now", () => {
  expect(["2-b", "1-a", "3-c", "0-z"].map((version) => describeUse(version, OVERVIEW)))
    .toEqual(["active", "scored before; a roll-back takes it", "left by a roll-back", ""]);
  expect(describeUse("2-b", { ...OVERVIEW, card: null })).toBe("");
});

const VERDICT = { at: 7, fit: false, reasons: ["1 of 4 alerts are lost"], active: "2-b", deviceDays: 6.5 };

test("a version tells what the last comparison said", () => {
  expect(describeVerdict({ version: "4-d", uploadedAt: 1, verdict: null })).toBe("never compared");
  expect(describeVerdict({ version: "4-d", uploadedAt: 1, verdict: VERDICT }))
    .toBe("not fit, held against 2-b on 6.50 device-days: 1 of 4 alerts are lost");
  expect(describeVerdict({ version: "4-d", uploadedAt: 1, verdict: { ...VERDICT, fit: true, reasons: [] } }))
    .toBe("fit, held against 2-b on 6.50 device-days");
});

test("each version has the command that makes it the one that scores", () => {
  const write = (version: string, verdict: typeof VERDICT | null = null): string | null => (
    writeCommand({ version, uploadedAt: 1, verdict }, OVERVIEW)
  );
  expect(write("2-b")).toBeNull();
  expect(write("1-a")).toBe("python -m ml_model rollback --profile rig");
  expect(write("4-d")).toBe("python -m ml_model promote --profile rig --version 4-d");
  expect(write("4-d", { ...VERDICT, fit: true })).toBe("python -m ml_model promote --profile rig --version 4-d");
  expect(write("4-d", VERDICT)).toMatch(/--version 4-d --force "why/);
});
