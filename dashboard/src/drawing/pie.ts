/** Slices of a pie as paths of an SVG, clockwise from the top. Pure. */

export interface Slice {
  readonly title: string;
  readonly path: string;
  /** Which of the greys of the page it has, from 0 for the darkest. */
  readonly shade: number;
}

export const SHADES = 5;

export function layOutPie(shares: readonly { readonly title: string; readonly share: number }[], radius: number): Slice[] {
  const whole = shares.reduce((sum, { share }) => sum + share, 0);
  if (whole <= 0) {
    return [];
  }
  const pointAt = (turn: number): string => {
    const angle = 2 * Math.PI * turn;
    return `${(radius + radius * Math.sin(angle)).toFixed(2)},${(radius - radius * Math.cos(angle)).toFixed(2)}`;
  };
  let turn = 0;
  return shares.filter(({ share }) => share > 0).map(({ title, share }, place) => {
    const [from, size] = [turn, share / whole];
    turn += size;
    // An arc cannot lead back to where it begins, so a whole pie has two halves.
    const arc = (to: number, far: boolean): string => `A${radius},${radius} 0 ${far ? 1 : 0} 1 ${pointAt(to)}`;
    const path = size > 0.999
      ? `M${pointAt(0)} ${arc(0.5, false)} ${arc(1, false)} Z`
      : `M${radius},${radius} L${pointAt(from)} ${arc(turn, size > 0.5)} Z`;
    return { title, path, shade: place % SHADES };
  });
}
