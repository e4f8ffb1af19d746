/** What is looked for in a list; it stands in the address. */
import type { ReactNode } from "react";
import { setOptions, useShown } from "./context.js";

export function FindField({ placeholder }: { readonly placeholder: string }): ReactNode {
  const { place } = useShown();
  return (
    <label className="choice">
      Find{" "}
      <input type="search" value={place.options["find"] ?? ""} placeholder={placeholder}
        onChange={(event) => { setOptions(place, { find: event.target.value }); }} />
    </label>
  );
}
