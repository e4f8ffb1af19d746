/** What the address says to show: every view can be linked to. Pure. */

export type ViewName = "overview" | "device" | "alerts" | "work" | "model" | "settings";

export interface Place {
  readonly view: ViewName;
  readonly deviceId: string;
  readonly site: string | undefined;
  /** What else the view keeps in the address: range, filters, sorting. */
  readonly options: Readonly<Record<string, string>>;
}

const VIEWS: Readonly<Record<string, ViewName>> = {
  "": "overview", alerts: "alerts", work: "work", model: "model", settings: "settings",
};

/** hash: with or without its `#`. An address of nothing known shows the overview. */
export function readPlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const { site, ...options } = Object.fromEntries(new URLSearchParams(query));
  const [first = "", ...rest] = path.split("/");
  if (first === "devices" && rest.length > 0) {
    return { view: "device", deviceId: decode(rest.join("/")), site, options };
  }
  return { view: VIEWS[first] ?? "overview", deviceId: "", site, options };
}

export function writePlace(place: Place): string {
  const paths: Readonly<Record<ViewName, string>> = {
    overview: "", device: `devices/${encodeURIComponent(place.deviceId)}`, alerts: "alerts",
    work: "work", model: "model", settings: "settings",
  };
  const site = place.site === undefined ? {} : { site: place.site };
  const given = Object.entries({ ...site, ...place.options }).filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return `#/${paths[place.view]}${query === "" ? "" : `?${query}`}`;
}

/** The address of a view of the same site, without what another view kept. */
export function linkTo(
  from: Place, view: ViewName, deviceId = "", options: Readonly<Record<string, string>> = {},
): string {
  return writePlace({ view, deviceId, site: from.site, options });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
