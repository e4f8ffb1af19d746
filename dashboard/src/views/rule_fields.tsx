/** The fields of a notification rule. */
import type { ReactNode } from "react";
import { DAYS, MOST_STEPS, NO_TARGET, WORKDAYS, type RuleForm, type Severity, type SpanForm } from "../drawing/rules.js";
import { Choice, Field, Tick } from "../parts/parts.js";
import { StepFields } from "./step_fields.js";

const SEVERITIES: readonly Severity[] = ["high", "medium", "low"];

interface Props {
  readonly form: RuleForm;
  readonly isNew: boolean;
  readonly onChange: (next: Partial<RuleForm>) => void;
}

export function RuleFields({ form, isNew, onChange }: Props): ReactNode {
  const { steps } = form;
  const last = Number(steps.at(-1)?.afterMin ?? 0);
  return (
    <>
      {isNew ? <Field label="Name" value={form.name} onChange={(name) => { onChange({ name }); }} /> : null}
      <fieldset>
        <legend>Of which incidents</legend>
        {SEVERITIES.map((severity) => (
          <Tick key={severity} label={severity} on={form.severities.includes(severity)}
            onChange={(on) => {
              onChange({ severities: on ? [...form.severities, severity] : form.severities.filter((each) => each !== severity) });
            }} />
        ))}
        <Tick label="maintenance windows" on={form.tellsWindows} onChange={(tellsWindows) => { onChange({ tellsWindows }); }} />
        <Tick label="the end of each" on={form.tellsEnd} onChange={(tellsEnd) => { onChange({ tellsEnd }); }} />
      </fieldset>
      {steps.map((step, place) => (
        <StepFields key={place} step={step} place={place}
          onChange={(next) => { onChange({ steps: steps.map((each, index) => (index === place ? next : each)) }); }}
          onRemove={() => { onChange({ steps: steps.filter((_, index) => index !== place) }); }} />
      ))}
      {steps.length >= MOST_STEPS ? null : (
        <p><button type="button" onClick={() => { onChange({ steps: [...steps, { afterMin: String(last + 15), targets: [NO_TARGET] }] }); }}>
          Add who is next in line
        </button></p>
      )}
      <HoursFields form={form} onChange={onChange} />
      <div className="fields">
        <Field label="Say it again after (min; empty: once)" type="number" value={form.repeatMin}
          onChange={(repeatMin) => { onChange({ repeatMin }); }} />
        <Field label="The first message waits for others (s)" type="number" value={form.groupWaitS}
          onChange={(groupWaitS) => { onChange({ groupWaitS }); }} />
        <Field label="Between two messages to the same target (s)" type="number" value={form.groupIntervalS}
          onChange={(groupIntervalS) => { onChange({ groupIntervalS }); }} />
      </div>
    </>
  );
}

/** When the rule holds; the calendar is a file, whose text is pasted here. */
function HoursFields({ form, onChange }: Omit<Props, "isNew">): ReactNode {
  const { spans } = form;
  const change = (place: number, next: Partial<SpanForm>): void => {
    onChange({ spans: spans.map((span, index) => (index === place ? { ...span, ...next } : span)) });
  };
  return (
    <fieldset>
      <legend>At which hours</legend>
      <Choice label="It holds" value={form.always ? "always" : "hours"}
        choices={[["always", "at all times"], ["hours", "at these hours"]]}
        onChange={(next) => { onChange({ always: next === "always" }); }} />
      {form.always ? null : (
        <>
          <Field label="Time zone" value={form.zone} onChange={(zone) => { onChange({ zone }); }} />
          {spans.map(({ days, from, to }, place) => (
            <div key={place} className="form" role="group" aria-label={`Hours ${place + 1}`}>
              {DAYS.map(([day, name]) => (
                <Tick key={day} label={name} on={days.includes(day)}
                  onChange={(on) => { change(place, { days: on ? [...days, day] : days.filter((each) => each !== day) }); }} />
              ))}
              <Field label="From" type="time" value={from} onChange={(next) => { change(place, { from: next }); }} />
              <Field label="To" type="time" value={to} onChange={(next) => { change(place, { to: next }); }} />
              <button type="button" onClick={() => { onChange({ spans: spans.filter((_, index) => index !== place) }); }}>
                Without hours {place + 1}
              </button>
            </div>
          ))}
          <button type="button" onClick={() => { onChange({ spans: [...spans, WORKDAYS] }); }}>Add hours</button>
          <label className="choice">
            Holidays, the text of an iCalendar file{" "}
            <textarea rows={2} value={form.holidays} onChange={(event) => { onChange({ holidays: event.target.value }); }} />
          </label>
        </>
      )}
    </fieldset>
  );
}
