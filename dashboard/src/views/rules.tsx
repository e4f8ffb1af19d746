/** The notification rules of a site: which there are, on or off, tried, changed, taken away. */
import { useState, type ReactNode } from "react";
import { notificationApi } from "../api/notifications.js";
import { sentence } from "../drawing/format.js";
import { describeRule, describeSteps, nameTarget, newRule, readRule, writeRule, type RuleForm } from "../drawing/rules.js";
import type { Rule, RuleTrial } from "../messages/kinds.js";
import { takeFocus } from "../parts/focus.js";
import { Choice, Empty, Section } from "../parts/parts.js";
import { Question } from "../parts/question.js";
import { useShown } from "./context.js";
import { IncidentList } from "./incident_list.js";
import { RuleFields } from "./rule_fields.js";
import { useAct } from "./use_act.js";
import { useRequest } from "./use_request.js";

/** How far back a rule is tried, in days. */
const DAYS: readonly (readonly [string, string])[] = [["7", "7 days"], ["30", "30 days"], ["90", "90 days"]];

const MOST_LISTED = 50;

/** The rule that is changed; revision 0: one that is not there yet. */
interface Draft {
  readonly form: RuleForm;
  readonly revision: number;
}

export function Rules({ siteId }: { readonly siteId: string }): ReactNode {
  const { clock } = useShown();
  const { answer, failure, reload } = useRequest(async () => await notificationApi.rules(siteId), siteId);
  const [draft, setDraft] = useState<Draft | null>(null);
  return (
    <Section title="Rules" note="who is told of which incidents" name="rules">
      {failure === "" ? null : (
        <p className="banner" role="alert">
          They could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p> : (
        <>
          {answer.rules.length === 0 ? <Empty>There is no rule, so nobody is told of anything.</Empty> : null}
          <ul className="plain-list">
            {answer.rules.map((rule) => (
              <Entry key={rule.id} rule={rule} onDone={reload}
                onChange={() => { setDraft({ form: readRule(rule, clock.zone), revision: rule.revision }); }} />
            ))}
          </ul>
        </>
      )}
      {draft === null
        ? (
          <p className="buttons">
            <button type="button" onClick={() => { setDraft({ form: newRule(clock.zone), revision: 0 }); }}>New rule…</button>
          </p>
        )
        : <Editor key={`${draft.form.name} ${draft.revision}`} draft={draft} onEnd={() => { setDraft(null); reload(); }} />}
    </Section>
  );
}

interface EntryProps {
  readonly rule: Rule;
  readonly onDone: () => void;
  readonly onChange: () => void;
}

function Entry({ rule, onDone, onChange }: EntryProps): ReactNode {
  const { clock } = useShown();
  const { busy, said, act } = useAct();
  const turn = (): void => {
    const written = writeRule({ ...readRule(rule, clock.zone), on: !rule.on });
    void act(async (site) => {
      if ("fault" in written) {
        return `It cannot be kept as it is: ${written.fault}. Change it first.`;
      }
      try {
        await notificationApi.setRule(site, rule.id, written.rule, rule.revision);
      } finally {
        onDone(); // somebody else may have changed it
      }
      return rule.on ? `${rule.id} tells nobody any more.` : `${rule.id} is on.`;
    });
  };
  const remove = (): void => {
    void act(async (site) => {
      try {
        await notificationApi.removeRule(site, rule.id, rule.revision);
      } finally {
        onDone(); // somebody else may have changed it
      }
      return `${rule.id} is gone.`;
    });
  };
  const test = (): void => {
    void act(async (site) => {
      const { deliveries } = await notificationApi.tryRule(site, rule.id);
      return deliveries.map(({ target, status, reason }) => (
        `${target === null ? "nobody" : nameTarget(target)}: ${status}${reason === null ? "" : `, ${reason}`}`
      )).join("; ");
    });
  };
  const state = rule.on ? rule.inHours ? "• on" : "◔ on, not at this hour" : "○ off";
  return (
    <li className="window" data-rule={rule.id}>
      <strong>{rule.id}</strong> <span className="state">{state}</span> · {describeSteps(rule)}: {describeRule(rule)}
      <small> set by {rule.by} at {clock.full(rule.at)}</small>
      <p className="buttons">
        <button type="button" disabled={busy} onClick={turn}>{rule.on ? "Switch off" : "Switch on"} {rule.id}</button>
        <button type="button" disabled={busy} onClick={test}>Send a test by {rule.id}</button>
        <button type="button" disabled={busy} onClick={onChange}>Change {rule.id}…</button>
        <Question title={`Take ${rule.id} away…`} question="What waits under it is not sent."
          yes={`Yes, take ${rule.id} away`} disabled={busy} onYes={remove} />
      </p>
      <p role="status" data-said>{said}</p>
    </li>
  );
}

function Editor({ draft, onEnd }: { readonly draft: Draft; readonly onEnd: () => void }): ReactNode {
  const { busy, said, act } = useAct();
  const [form, setForm] = useState(draft.form);
  const [days, setDays] = useState("30");
  const [trial, setTrial] = useState<RuleTrial | null>(null);
  const written = writeRule(form);
  const tried = writeRule({ ...form, name: "preview" }); // to be tried, it needs no name
  const fault = "fault" in written ? written.fault : "";
  const save = (): void => {
    if ("fault" in written) {
      return;
    }
    void act(async (site) => {
      await notificationApi.setRule(site, form.name, written.rule, draft.revision);
      onEnd();
      return `${form.name} is set.`;
    });
  };
  const preview = (): void => {
    if ("fault" in tried) {
      return;
    }
    void act(async (site) => {
      setTrial(null);
      setTrial(await notificationApi.previewRule(site, tried.rule, Number(days)));
      return "Nothing is changed or sent.";
    });
  };
  return (
    <div data-editor role="group" tabIndex={-1} ref={takeFocus} aria-label={draft.revision === 0 ? "A new rule" : `Change ${form.name}`}>
      <h3>{draft.revision === 0 ? "A new rule" : `Change ${form.name}`}</h3>
      <RuleFields form={form} isNew={draft.revision === 0} onChange={(next) => { setForm({ ...form, ...next }); setTrial(null); }} />
      <p className="buttons">
        <Choice label="Try it on the last" value={days} choices={DAYS} onChange={(next) => { setDays(next); setTrial(null); }} />
        <button type="button" disabled={busy || "fault" in tried} onClick={preview}>Preview</button>
        <button type="button" disabled={busy || fault !== ""} onClick={save}>Keep the rule</button>
        <button type="button" onClick={onEnd}>Leave it</button>
        <span role="status" data-said>{fault === "" ? "" : `To go on: ${fault}. `}{said}</span>
      </p>
      {trial === null ? null : (
        <div data-preview role="group" aria-label="What would have been told">
          <p>
            {sentence(`${trial.text}${trial.cut ? " (the newest of them)" : ""}`)}
            {trial.told.length > MOST_LISTED ? ` These are the newest ${MOST_LISTED}.` : ""}
          </p>
          <IncidentList incidents={trial.told.slice(0, MOST_LISTED)} />
        </div>
      )}
    </div>
  );
}
