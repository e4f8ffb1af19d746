/** The incidents of a site, newest first, each in its newest revision. Pure. */
import type { IncidentListed, IncidentsShown } from "../messages/kinds.js";

export const MOST_INCIDENTS = 1_000;

export class Incidents {
  /** Newest first. */
  list: readonly IncidentListed[] = [];

  /** Take over an incident, unless a newer revision of it is known. */
  take(incident: IncidentListed): void {
    const known = this.find(incident.id);
    if (known !== undefined && known.revision > incident.revision) {
      return;
    }
    const others = this.list.filter(({ id }) => id !== incident.id);
    const place = others.findIndex((other) => other.openedAt <= incident.openedAt);
    others.splice(place === -1 ? others.length : place, 0, incident);
    this.list = others.slice(0, MOST_INCIDENTS);
  }

  /**
   * Take over all that are open. One of *before*, the list as it was when that was asked, that is
   * neither in the answer nor has changed since was closed while nobody listened.
   */
  takeOpen({ incidents, older }: IncidentsShown, before: readonly IncidentListed[]): void {
    const answered = new Set(incidents.map(({ id }) => id));
    const gone = new Set(older !== null ? [] : before.filter((incident) => (
      incident.state !== "closed" && !answered.has(incident.id)
    )));
    this.list = this.list.filter((incident) => !gone.has(incident));
    incidents.forEach((incident) => { this.take(incident); });
  }

  find(id: string): IncidentListed | undefined {
    return this.list.find((incident) => incident.id === id);
  }

  /** Those that people have not closed. */
  listOpen(): IncidentListed[] {
    return this.list.filter(({ state }) => state !== "closed");
  }
}
