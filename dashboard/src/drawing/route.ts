/** What the address says to show: every view can be linked to. Pure. */

export type ViewName =
  | "overview" | "device" | "incidents" | "incident" | "maintenance" | "notifications" | "performance" | "alerts"
  | "work" | "model" | "try" | "settings";

export interface Place {
  readonly view: ViewName;
  /** The device or incident that is shown, by its id; empty where the view is of none. */
  readonly subject: string;
  readonly site: string | undefined;
  /** What else the view keeps in the address: range, filters, sorting. */
  readonly options: Readonly<Record<string, string>>;
}

const PATHS: Readonly<Record<ViewName, string>> = {
  overview: "", device: "devices/", incidents: "incidents", incident: "incidents/",
  maintenance: "maintenance", notifications: "notifications", performance: "alarm-performance", alerts: "alerts", work: "work",
  model: "model", try: "try", settings: "settings",
};

/** hash: with or without its `#`. An address of nothing known shows the overview. */
export function readPlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const { site, ...options } = Object.fromEntries(new URLSearchParams(query));
  const views = Object.keys(PATHS) as ViewName[];
  const [first = "", ...rest] = path.split("/");
  if (rest.join("/") !== "") {
    const view = views.find((each) => PATHS[each] === `${first}/`) ?? "overview";
    return { view, subject: view === "overview" ? "" : decode(rest.join("/")), site, options };
  }
  return { view: views.find((each) => PATHS[each] === first) ?? "overview", subject: "", site, options };
}

export function writePlace(place: Place): string {
  const site = place.site === undefined ? {} : { site: place.site };
  const given = Object.entries({ ...site, ...place.options }).filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  const path = `${PATHS[place.view]}${encodeURIComponent(place.subject)}`;
  return `#/${path}${query === "" ? "" : `?${query}`}`;
}

/** The address of a view of the same site, without what another view kept. */
export function linkTo(
  from: Place, view: ViewName, subject = "", options: Readonly<Record<string, string>> = {},
): string {
  return writePlace({ view, subject, site: from.site, options });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
