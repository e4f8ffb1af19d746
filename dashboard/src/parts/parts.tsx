/** Small controls that the views share; all of them elements that browsers know themselves. */
import { useId, type ReactNode } from "react";
import { layOutPie } from "../drawing/pie.js";
import type { StateWord } from "../state/devices.js";

/** A sign besides the colour, so that nobody needs to tell colours apart. */
const SIGNS: Readonly<Record<StateWord, string>> = {
  alert: "▲", odd: "◆", silent: "○", "not scored": "◌", "warming up": "◔", starting: "◔", idle: "◌",
  off: "□", normal: "•",
};

export function StateMark({ state }: { readonly state: StateWord }): ReactNode {
  return (
    <span className="state" data-state={state}>
      <span aria-hidden="true">{SIGNS[state]}</span> {state}
    </span>
  );
}

interface CardProps {
  readonly title: string;
  readonly value: string;
  readonly unit?: string;
  readonly abnormal?: boolean;
  readonly name: string;
}

export function Card({ title, value, unit = "", abnormal = false, name }: CardProps): ReactNode {
  return (
    <div className="card" data-card={name} data-abnormal={abnormal}>
      <dt>{title}</dt>
      <dd><strong>{value}</strong>{unit === "" ? null : <span className="unit"> {unit}</span>}</dd>
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly note?: string;
  readonly name: string;
  readonly children: ReactNode;
}

export function Section({ title, note = "", name, children }: SectionProps): ReactNode {
  const id = useId();
  return (
    <section className="section" data-section={name} aria-labelledby={id}>
      <h2 id={id}>{title}{note === "" ? null : <small> {note}</small>}</h2>
      {children}
    </section>
  );
}

export function Empty({ children }: { readonly children: ReactNode }): ReactNode {
  return <p className="empty">{children}</p>;
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly (readonly [value: string, title: string])[];
  readonly onChange: (value: string) => void;
}

export function Choice({ label, value, choices, onChange }: ChoiceProps): ReactNode {
  return (
    <label className="choice">
      {label}{" "}
      <select value={value} onChange={(event) => { onChange(event.target.value); }}>
        {choices.map(([each, title]) => <option key={each} value={each}>{title}</option>)}
      </select>
    </label>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly type?: string;
  readonly onChange: (value: string) => void;
}

export function Field({ label, value, type = "text", onChange }: FieldProps): ReactNode {
  return (
    <label className="choice">
      {label}{" "}
      <input type={type} value={value} onChange={(event) => { onChange(event.target.value); }} />
    </label>
  );
}

interface TickProps {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

export function Tick({ label, on, onChange }: TickProps): ReactNode {
  return (
    <label className="choice">
      <input type="checkbox" checked={on} onChange={(event) => { onChange(event.target.checked); }} />{" "}{label}
    </label>
  );
}

interface FactsProps {
  readonly facts: readonly (readonly [title: string, value: ReactNode])[];
}

export function Facts({ facts }: FactsProps): ReactNode {
  return (
    <dl className="facts">
      {facts.map(([title, value]) => (
        <div key={title}><dt>{title}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

/** Shares as a pie; the bars beside it have the figures. */
export function Pie({ shares }: { readonly shares: readonly { title: string; share: number }[] }): ReactNode {
  return (
    <svg className="pie" viewBox="-1 -1 82 82" aria-hidden="true">
      {layOutPie(shares, 40).map(({ title, path, shade }) => (
        <path key={title} d={path} data-shade={shade}><title>{title}</title></path>
      ))}
    </svg>
  );
}

/** Shares as bars with their figures: what a pie shows, to be read in order. */
export function Shares(
  { shares }: {
    readonly shares: readonly { title: string; share: number; text: string; note?: string }[];
  },
): ReactNode {
  return (
    <ul className="shares">
      {shares.map(({ title, share, text, note = "" }) => (
        <li key={title}>
          <span className="share-title">{title}</span>
          <meter min={0} max={1} value={share} aria-label={`${title}: ${text}`} />
          <span className="share-text">{text}</span>
          {note === "" ? null : <span className="share-note">{note}</span>}
        </li>
      ))}
    </ul>
  );
}
