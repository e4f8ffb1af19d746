/** Who may see and act where: for admins. Undo takes back the last change. */
import { useState, type ReactNode } from "react";
import { api } from "../api/client.js";
import type { Access } from "../messages/kinds.js";
import { Choice, Section } from "../parts/parts.js";
import { useShown } from "./context.js";
import { useAct } from "./use_act.js";
import { useRequest } from "./use_request.js";

const RIGHTS: readonly (readonly [string, string])[] = [["see", "may see"], ["act", "may see and act on"]];
const OTHERS: readonly (readonly [string, string])[] = [["", "nothing"], ["see", "see all sites"], ["act", "see and act on all sites"]];

export function AccessForm(): ReactNode {
  const { busy, said, act } = useAct();
  const { answer, failure, put, reload } = useRequest(async () => await api.access(), "access");
  const [undo, setUndo] = useState<object | null>(null);
  const change = (patch: object, back: object | null): void => {
    void act(async () => {
      put(await api.setAccess(patch));
      setUndo(back);
      return "Done; it is in force within 10 seconds.";
    });
  };
  return (
    <Section title="People and sites" note="only admins see this" name="access">
      {failure === "" ? null : (
        <p className="banner" role="alert">
          It could not be read: {failure}. <button type="button" onClick={reload}>Try again</button>
        </p>
      )}
      {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p> : (
        <>
          <Choice label="Whoever is not named below may" value={answer.others["*"] ?? ""} choices={OTHERS}
            onChange={(right) => { change({ others: { "*": right || null } }, { others: { "*": answer.others["*"] ?? null } }); }} />
          <People access={answer} busy={busy} onChange={change} />
          <PersonForm busy={busy} access={answer} onChange={change} />
        </>
      )}
      <p role="status" data-said>
        {said}{" "}
        {undo === null ? null : (
          <button type="button" disabled={busy} onClick={() => { change(undo, null); }}>Undo</button>
        )}
      </p>
    </Section>
  );
}

interface PeopleProps {
  readonly access: Access;
  readonly busy: boolean;
  readonly onChange: (patch: object, back: object | null) => void;
}

function People({ access, busy, onChange }: PeopleProps): ReactNode {
  return (
    <table className="plain stacked">
      <caption>People with rights of their own</caption>
      <thead>
        <tr><th scope="col">Name</th><th scope="col">Id</th><th scope="col">Sites</th><th scope="col">Change</th></tr>
      </thead>
      <tbody>
        {Object.entries(access.people).map(([id, { name, sites }]) => (
          <tr key={id} data-person={id}>
            <th scope="row">{name}</th>
            <td data-label="Id">{id}</td>
            <td data-label="Sites">{Object.entries(sites).map(([site, right]) => `${site === "*" ? "all sites" : site}: ${right}`).join(", ") || "none"}</td>
            <td>
              <button type="button" disabled={busy}
                onClick={() => { onChange({ people: { [id]: null } }, { people: { [id]: { name, sites } } }); }}>
                Make {name || id} one of the others
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PersonForm({ access, busy, onChange }: PeopleProps): ReactNode {
  const { store } = useShown();
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const [site, setSite] = useState("*");
  const [right, setRight] = useState("see");
  const sites: readonly (readonly [string, string])[] = [["*", "all sites"], ...store.sites.map((each): [string, string] => [each, each])];
  const give = (): void => {
    const known = access.people[id];
    onChange(
      { people: { [id]: { name: name || known?.name || "", sites: { [site]: right } } } },
      { people: { [id]: known === undefined ? null : { name: known.name, sites: { [site]: known.sites[site] ?? null } } } },
    );
  };
  return (
    <div className="fields">
      <label className="choice">
        Id of a person <input value={id} placeholder="each finds it at You" onChange={(event) => { setId(event.target.value.trim()); }} />
      </label>
      <label className="choice">
        Name <input value={name} onChange={(event) => { setName(event.target.value); }} />
      </label>
      <Choice label="Right" value={right} choices={RIGHTS} onChange={setRight} />
      <Choice label="At" value={site} choices={sites} onChange={setSite} />
      <p className="buttons"><button type="button" disabled={busy || id === ""} onClick={give}>Give this right</button></p>
    </div>
  );
}
