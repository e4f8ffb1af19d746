/** The sensors of a device, and what its machine is doing: what the charts do not show. */
import type { ReactNode } from "react";
import { api } from "../api/client.js";
import { listSensors } from "../drawing/sensor_words.js";
import type { Profile } from "../messages/kinds.js";
import { Section } from "../parts/parts.js";
import { useShown } from "./context.js";
import { useRequest } from "./use_request.js";

interface Props {
  readonly deviceId: string;
  readonly profile: Profile;
  /** Whatever changes with them: the page reads them again then. */
  readonly mark: string;
}

export function Sensors({ deviceId, profile, mark }: Props): ReactNode {
  const { store, clock } = useShown();
  const { answer, failure, reload } = useRequest(
    async () => await api.device(deviceId), JSON.stringify([deviceId, store.caughtUp, mark]),
  );
  const now = Date.now();
  const operating = answer?.operating ?? null;
  return (
    <Section title="Sensors" note="how each behaves by its own habit" name="sensors">
      {failure === "" ? null : (
        <p className="banner" role="alert">
          They could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      {operating === null ? null : (
        <p data-operating={operating.state}>
          The machine is {operating.state}{operating.since === null ? "" : ` since ${clock.near(operating.since, now)}`}.
        </p>
      )}
      {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p> : (
        <table className="plain stacked">
          <thead>
            <tr>
              <th scope="col">Sensor</th><th scope="col">State</th><th scope="col">Goes in steps of</th>
              <th scope="col">Rested at most for</th><th scope="col">Bad values</th>
            </tr>
          </thead>
          <tbody>
            {listSensors(answer, profile, clock, now).map(({ channel, title, state, steps, rests, bad }) => (
              <tr key={channel} data-sensor={channel}>
                <th scope="row">{title}</th>
                <td><span className="state" data-state={state === "working" ? "normal" : "odd"}>{state === "working" ? "•" : "◆"} {state}</span></td>
                <td data-label="Goes in steps of">{steps}</td><td data-label="Rested at most for">{rests}</td>
                <td data-label="Bad values">{bad}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {answer === null ? null : (
        <p>
          <button type="button" onClick={reload}>Read them again</button>{" "}
          <span className="note">A bad value is what stood in a message where a value should.</span>
        </p>
      )}
    </Section>
  );
}
