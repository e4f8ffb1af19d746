import { expect, test } from "vitest";
import { nameChannels, shorten } from "../src/drawing/channel_words.js";
import type { Profile } from "../src/messages/kinds.js";
import { MOTOR } from "./samples.js";

const PROBE: Profile = {
  ...MOTOR, name: "probe",
  channels: [
    { ...MOTOR.channels[0], name: "heat_c", title: "Surface temperature", unit: "°C" },
    { ...MOTOR.channels[0], name: "vibration_mm_s", title: "Vibration", unit: "mm/s" },
  ] as Profile["channels"],
};

test.each([
  ["p-1: heat_c 171, usually 161 to 184; 98 % of the score", "p-1: Surface temperature 171 °C, usually 161 to 184 °C; 98 % of the score"],
  ["p-1: heat_c -5.4; 60 % of the score; vibration_mm_s 2e-05; 40 % of the score",
    "p-1: Surface temperature -5.4 °C; 60 % of the score; Vibration 2e-05 mm/s; 40 % of the score"],
  ["p-1: vibration_mm_s 7.9 mm/s, above the alarm at 7.1 mm/s", "p-1: Vibration 7.9 mm/s, above the alarm at 7.1 mm/s"],
  ["p-1: sensor heat_c is stuck", "p-1: sensor Surface temperature is stuck"],
  ["heat_c: sends nothing", "heat_c: sends nothing"],
  ["line-heat_c-2: sends nothing", "line-heat_c-2: sends nothing"],
  ["p-1: flow_lpm 3; 50 % of the score", "p-1: flow_lpm 3; 50 % of the score"],
])("of %s people read titles and units", (text, said) => {
  expect(nameChannels(text, [PROBE])).toBe(said);
  expect(nameChannels(text, [])).toBe(text);
});

test.each([
  ["p-1: Heat 171; 60 % of the score; Vibration 2 mm/s; 40 % of the score", "p-1: Heat 171; 60 % of the score; …"],
  ["p-1: Heat 171; 60 % of the score", "p-1: Heat 171; 60 % of the score"],
  ["p-1: sends nothing; if it is gone for good, take it out", "p-1: sends nothing; if it is gone for good, take it out"],
])("of %s a look says what weighs most", (text, said) => {
  expect(shorten(text)).toBe(said);
});
