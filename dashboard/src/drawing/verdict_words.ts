/** What becomes of a device when people say what its alerts were, in words. Pure. */
import type { DeviceVerdict, NewNormal, Profile } from "../messages/kinds.js";
import { sentence, short, withUnit } from "./format.js";
import { titleOf } from "./words.js";

export interface Outlook {
  readonly lines: readonly string[];
  /** Whether anything can change of the device. */
  readonly fits: boolean;
}

export function tellVerdict({ deviceId, feedback, normal, error }: DeviceVerdict, profile: Profile | undefined): Outlook {
  if (error !== null) {
    return { lines: [`${deviceId}: ${error}.`], fits: false };
  }
  if (normal !== null) {
    return tellNormal(normal, profile);
  }
  if (feedback === null) {
    return { lines: [`${deviceId}: nothing would change.`], fits: false };
  }
  const { before, after, conflicts, applied } = feedback;
  const goes = applied ? "goes" : "would go";
  const course = after === null
    ? `The threshold of ${deviceId} stays at ${short(before)}: none fits.`
    : `The threshold of ${deviceId} ${goes} from ${short(before)} to ${short(after)}.`;
  return { lines: [course, ...conflicts.map(sentence)], fits: after !== null && conflicts.length === 0 };
}

function tellNormal(normal: NewNormal, profile: Profile | undefined): Outlook {
  const { deviceId, shifts, factor, readings, anomalousBefore, anomalousAfter, conflict } = normal;
  if (normal.rangeRestarts) {
    const lines = [
      `No model judges ${deviceId}: its own range begins anew, and is known again after a day. Until then nothing is `
        + "called but what people set limits for.",
      `Of its newest ${readings} readings ${anomalousBefore} are beyond its range.`,
    ];
    return { lines, fits: true };
  }
  const moved = Object.entries(shifts).map(([name, shift]) => {
    const unit = profile?.channels.find((channel) => channel.name === name)?.unit ?? "";
    return `${titleOf(name, profile)} by ${shift > 0 ? "+" : ""}${withUnit(shift, unit)}`;
  });
  const lines = [
    `${deviceId} has moved: ${moved.length === 0 ? "in no channel" : moved.join(", ")}. That is taken off its values `
      + "before they are scored, and what it learned of its scores begins anew.",
    `Of its newest ${readings} readings ${anomalousBefore} are above the threshold; then it would be ${anomalousAfter}.`,
    ...(factor === null ? [] : [`Its threshold rises besides, to ${short(factor)} times that of its kind.`]),
    ...(conflict === "" ? [] : [sentence(conflict)]),
  ];
  return { lines, fits: conflict === "" };
}
