/** Those who are told at the same time. */
import type { ReactNode } from "react";
import { MOST_TARGETS, NO_TARGET, type StepForm, type Target } from "../drawing/rules.js";
import { Choice, Field } from "../parts/parts.js";

const CHANNELS: readonly (readonly [Target["channel"], string])[] = [
  ["email", "email"], ["slack", "Slack"], ["webhook", "webhook"],
];

interface Props {
  readonly step: StepForm;
  readonly place: number;
  readonly onChange: (step: StepForm) => void;
  readonly onRemove: () => void;
}

export function StepFields({ step, place, onChange, onRemove }: Props): ReactNode {
  const { targets } = step;
  const change = (index: number, next: Partial<Target>): void => {
    onChange({ ...step, targets: targets.map((target, at) => (at === index ? { ...target, ...next } : target)) });
  };
  return (
    <fieldset>
      <legend>{place === 0 ? "Who is told at once" : `Who is told next, step ${place + 1}`}</legend>
      {place === 0 ? null : (
        <p className="buttons">
          <Field label="After (min), if nobody has it" type="number" value={step.afterMin}
            onChange={(afterMin) => { onChange({ ...step, afterMin }); }} />
          <button type="button" onClick={onRemove}>Without step {place + 1}</button>
        </p>
      )}
      {targets.map((target, index) => (
        <div key={index} className="form" role="group" aria-label={`Step ${place + 1}, target ${index + 1}`}>
          <Choice label="By" value={target.channel} choices={CHANNELS}
            onChange={(channel) => { change(index, { channel: channel as Target["channel"] }); }} />
          <Field label={target.channel === "email" ? "Address" : "Its name in the settings"} value={target.name}
            onChange={(name) => { change(index, { name }); }} />
          <Field label="Who that is" value={target.person} onChange={(person) => { change(index, { person }); }} />
          {targets.length < 2 ? null : (
            <button type="button" onClick={() => { onChange({ ...step, targets: targets.filter((_, at) => at !== index) }); }}>
              Without target {index + 1}
            </button>
          )}
        </div>
      ))}
      {targets.length >= MOST_TARGETS ? null : (
        <button type="button" onClick={() => { onChange({ ...step, targets: [...targets, NO_TARGET] }); }}>Add a target</button>
      )}
    </fieldset>
  );
}
