/** The colours of the style sheet, for what is drawn by hand: read once for each colour scheme. */
import { useSyncExternalStore } from "react";

const NAMES = ["line", "edge", "quiet", "grid", "alert", "odd", "spread", "usual", "mark"] as const;

export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

const dark = matchMedia("(prefers-color-scheme: dark)");
let palette: Palette | null = null;
// Before anybody else hears of it, so that all of them read the new one.
dark.addEventListener("change", () => { palette = null; });

/** Draws again when the colour scheme changes. */
export function usePalette(): Palette {
  return useSyncExternalStore(follow, readPalette);
}

function follow(listener: () => void): () => void {
  dark.addEventListener("change", listener);
  return () => { dark.removeEventListener("change", listener); };
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  palette ??= Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Palette;
  return palette;
}
