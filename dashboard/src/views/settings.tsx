/** What a person chooses for this browser, and who the system takes them for. */
import { useState, type ReactNode } from "react";
import { linkTo } from "../drawing/route.js";
import { isZone, REFRESH_CHOICES, type Preferences } from "../preferences.js";
import { Choice, Facts, Section } from "../parts/parts.js";
import { AccessForm } from "./access.js";
import { TargetsForm } from "./alert_targets.js";
import { useShown } from "./context.js";

interface Props {
  readonly preferences: Preferences;
  readonly onPrefer: (preferences: Preferences) => void;
}

export function SettingsView({ preferences, onPrefer }: Props): ReactNode {
  const { store, place } = useShown();
  const { me } = store;
  const refresh = REFRESH_CHOICES.map((ms): [string, string] => (
    [String(ms), ms < 1000 ? "four times a second" : `every ${ms / 1000} s`]
  ));
  return (
    <>
      <Section title="This browser" name="browser">
        <div className="filters">
          <Choice label="Draw again" value={String(preferences.refreshMs)} choices={refresh}
            onChange={(value) => { onPrefer({ ...preferences, refreshMs: Number(value) }); }} />
          <ZoneChoice preferences={preferences} onPrefer={onPrefer} />
        </div>
      </Section>
      <Section title="You" name="you">
        {me === null ? <p className="empty">Not read yet.</p> : (
          <Facts facts={[
            ["Name", me.name], ["Id", me.id ?? "none"], ["Roles", me.roles.join(", ") || "none"],
            ["You see", nameSites(me.sees)], ["You may act on", nameSites(me.acts)],
          ]} />
        )}
        <p className="note">An admin changes this.</p>
      </Section>
      <TargetsForm />
      <Section title="Who is told" name="told">
        <p><a href={linkTo(place, "notifications")}>Notification rules, messages, and the switch of the site</a></p>
      </Section>
      {me?.roles.includes("admin") === true ? <AccessForm /> : null}
    </>
  );
}

/** As the API names them: `*` stands for all. */
function nameSites(sites: readonly string[]): string {
  return sites.includes("*") ? "all sites" : sites.join(", ") || "no site";
}

function ZoneChoice({ preferences, onPrefer }: Props): ReactNode {
  const [typed, setTyped] = useState(preferences.zone);
  const known = isZone(typed);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <label className="choice">
      Time zone{" "}
      <input list="zones" value={typed} placeholder={`of this browser: ${own}`} aria-invalid={!known}
        onChange={({ target }) => {
          setTyped(target.value);
          if (isZone(target.value)) {
            onPrefer({ ...preferences, zone: target.value });
          }
        }} />
      <datalist id="zones">
        {["UTC", own, "Europe/Berlin", "America/New_York", "Asia/Tokyo"].map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>{" "}
      <span role="status">{known ? "" : "no such time zone; one is for example Europe/Berlin"}</span>
    </label>
  );
}
