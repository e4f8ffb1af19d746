/** The fields of a maintenance window. */
import { useId, type ReactNode } from "react";
import { RULES, type WindowForm } from "../drawing/maintenance.js";
import { Choice, Field } from "../parts/parts.js";
import { useShown } from "./context.js";

const KINDS: readonly (readonly [WindowForm["kind"], string])[] = [
  ["maintenance", "maintenance"], ["out of service", "out of service"],
];
const SCOPES: readonly (readonly [WindowForm["scope"], string])[] = [
  ["device", "one device"], ["building", "a building"], ["profile", "a kind of device"], ["site", "the whole site"],
];

interface Props {
  readonly form: WindowForm;
  readonly onChange: (next: Partial<WindowForm>) => void;
}

export function WindowFields({ form, onChange }: Props): ReactNode {
  const known = useNames(form.scope);
  const list = useId();
  return (
    <div className="fields">
      <Field label="Name" value={form.name} onChange={(name) => { onChange({ name }); }} />
      <Choice label="Kind" value={form.kind} choices={KINDS}
        onChange={(kind) => { onChange({ kind: kind as WindowForm["kind"] }); }} />
      <Choice label="Of" value={form.scope} choices={SCOPES}
        onChange={(scope) => { onChange({ scope: scope as WindowForm["scope"], scopeName: "" }); }} />
      {form.scope === "site" ? null : (
        <label className="choice">
          Which{" "}
          <input list={list} value={form.scopeName} onChange={(event) => { onChange({ scopeName: event.target.value }); }} />
          <datalist id={list}>{known.map((name) => <option key={name} value={name} />)}</datalist>
        </label>
      )}
      <Field label="Starts" type="datetime-local" value={form.starts} onChange={(starts) => { onChange({ starts }); }} />
      <Field label={form.rule === "" ? "Ends" : "The last is before"} type="datetime-local" value={form.ends}
        onChange={(ends) => { onChange({ ends }); }} />
      <Choice label="Again" value={form.rule} choices={RULES}
        onChange={(rule) => { onChange({ rule, ends: rule === "" ? form.ends : "" }); }} />
      {form.rule === "" ? null : (
        <Field label="Each lasts (min)" type="number" value={form.lastingMin}
          onChange={(lastingMin) => { onChange({ lastingMin }); }} />
      )}
      <Field label="Comment" value={form.comment} onChange={(comment) => { onChange({ comment }); }} />
    </div>
  );
}

/** The names that a window can be about, as far as the page knows them. */
function useNames(scope: WindowForm["scope"]): string[] {
  const { site } = useShown().store;
  switch (scope) {
    case "device":
      return site.devices.list().map(({ deviceId }) => deviceId);
    case "building":
      return [...new Set(site.incidents.list.flatMap(({ building }) => building ?? []))].sort();
    case "profile":
      return [...site.profiles.keys()].sort();
    case "site":
      return [];
  }
}
